/** Which rows the vault can decrypt, and re-encrypting them with the active key. */
import type { UpstreamKey } from '../core/entities.ts'
import { bindingOf, type KeyFile } from '../upstreams/vault.ts'
import type { Actor, MakeChange } from './changes.ts'
import type { AdminDependencies } from './dependencies.ts'
import { adminError } from './errors.ts'
import { allUpstreamKeys } from './pages.ts'

export interface SealedRow {
  upstream: string
  /** Id of the encryption key that encrypted the row. */
  keyId: string
  active: boolean
  /** null if it can be decrypted; otherwise the reason. */
  problem: string | null
}

/** An instance without a notice for this long is considered gone. */
const INSTANCE_ALIVE_MS = 30_000
/** Running instances check the key file every second. */
const TAKEN_WITHIN_MS = 15_000
const LOOK_EVERY_MS = 100

export interface Rotation {
  rotated: string[]
  failed: SealedRow[]
  /** Where the keys that no row needs any more are stored; null if they come from variables. */
  retiredKeys: string | null
}

export function createEncryption({ store, vault, nowMs }: AdminDependencies, change: MakeChange) {
  const status = async (): Promise<SealedRow[]> =>
    (await allUpstreamKeys(store)).map((row) => {
      const opened = vault.open(row.encryptedKey, bindingOf(row))
      const keyId = sealedWith(row)
      const active = keyId === vault.activeKeyId
      return { upstream: row.name, keyId, active, problem: opened.ok ? null : opened.reason }
    })

  /** The running instances for which `has` is false. */
  const instancesWithout = async (has: (keyIds: readonly string[]) => boolean) => {
    const instances = await store.listInstances(nowMs() - INSTANCE_ALIVE_MS)
    return instances
      .filter(({ encryptionKeyIds }) => !has(encryptionKeyIds))
      .map(({ instanceId }) => instanceId)
  }
  const refuseUnless = async (
    key: string,
    has: (keyIds: readonly string[]) => boolean,
    patienceMs: number,
  ): Promise<void> => {
    const untilMs = nowMs() + patienceMs
    for (;;) {
      const lacking = await instancesWithout(has)
      if (lacking.length === 0) return
      if (nowMs() >= untilMs)
        throw adminError('encryption_key_not_everywhere', { instances: lacking.join(', '), key })
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
    }
  }

  /** The new key is in the file before it encrypts anything, and in use everywhere before a row is replaced. */
  const renewKeyFile = async (keyFile: KeyFile): Promise<void> => {
    const key = keyFile.prepare()
    await refuseUnless(key, (ids) => ids.includes(key), TAKEN_WITHIN_MS)
    keyFile.promote()
    await refuseUnless(key, ([active]) => active === key, TAKEN_WITHIN_MS)
  }

  const sealAgain = async (actor: Actor): Promise<string[]> => {
    const rotated: string[] = []
    for (const row of await allUpstreamKeys(store)) {
      const opened = vault.open(row.encryptedKey, bindingOf(row))
      if (!opened.ok || sealedWith(row) === vault.activeKeyId) continue
      await change(actor, async (step, record) => {
        await step.replaceEncryptedKey(row.id, vault.seal(opened.secret, bindingOf(row)))
        await record('encryption.rotate', `upstream:${row.id}`)
      })
      rotated.push(row.name)
    }
    return rotated
  }

  return {
    activeKeyId: () => vault.activeKeyId,
    status,
    /**
     * Works while serving: each row is replaced in one statement, and both forms open until the old key is
     * dropped. With a key file it makes the new key itself. Refused as long as a running instance lacks the
     * new key, because that instance could no longer use the rows.
     */
    async rotate(actor: Actor): Promise<Rotation> {
      const key = vault.activeKeyId
      if (vault.keyFile === null) await refuseUnless(key, (ids) => ids.includes(key), 0)
      else await renewKeyFile(vault.keyFile)
      const rotated = await sealAgain(actor)
      const failed = (await status()).filter(({ problem }) => problem !== null)
      const retiredKeys = failed.length > 0 ? null : (vault.keyFile?.retire() ?? null)
      return { rotated, failed, retiredKeys }
    },
  }
}

function sealedWith({ encryptedKey }: UpstreamKey): string {
  return encryptedKey.split('.')[1] || 'unknown'
}
