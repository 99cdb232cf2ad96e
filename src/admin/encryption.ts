/** Which rows the vault can open, and sealing them with the active key. */
import type { UpstreamKey } from '../core/entities.ts'
import { bindingOf } from '../upstreams/vault.ts'
import type { Actor, MakeChange } from './changes.ts'
import type { AdminDependencies } from './dependencies.ts'
import { adminError } from './errors.ts'
import { allUpstreamKeys } from './pages.ts'

export interface SealedRow {
  upstream: string
  /** Id of the encryption key that the row was sealed with. */
  keyId: string
  active: boolean
  /** Null if it opens; else why not. */
  problem: string | null
}

/** An instance that has not said for this long that it runs is taken to be gone. */
const INSTANCE_ALIVE_MS = 30_000

export function createEncryption({ store, vault, nowMs }: AdminDependencies, change: MakeChange) {
  const status = async (): Promise<SealedRow[]> =>
    (await allUpstreamKeys(store)).map((row) => {
      const opened = vault.open(row.encryptedKey, bindingOf(row))
      const keyId = sealedWith(row)
      const active = keyId === vault.activeKeyId
      return { upstream: row.name, keyId, active, problem: opened.ok ? null : opened.reason }
    })

  /** Running instances that could not open what is sealed with the active key. */
  const instancesWithoutKey = async (): Promise<string[]> => {
    const instances = await store.listInstances(nowMs() - INSTANCE_ALIVE_MS)
    return instances
      .filter(({ encryptionKeyIds }) => !encryptionKeyIds.includes(vault.activeKeyId))
      .map(({ instanceId }) => instanceId)
  }

  return {
    activeKeyId: vault.activeKeyId,
    status,
    instancesWithoutKey,
    /**
     * While serving: each row is replaced in one statement, and both forms open until the old key is
     * dropped. Refused as long as a running instance lacks the active key, because it would lose the row.
     */
    async rotate(actor: Actor): Promise<{ rotated: string[]; failed: SealedRow[] }> {
      const lacking = await instancesWithoutKey()
      if (lacking.length > 0)
        throw adminError('encryption_key_not_everywhere', {
          instances: lacking.join(', '),
          key: vault.activeKeyId,
        })
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
      const failed = (await status()).filter(({ problem }) => problem !== null)
      return { rotated, failed }
    },
  }
}

function sealedWith({ encryptedKey }: UpstreamKey): string {
  return encryptedKey.split('.')[1] || 'unknown'
}
