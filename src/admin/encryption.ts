/** Which secrets the vault can decrypt, and re-encrypting them with the active key. */
import type { KeyFile, SealedSecret } from '../upstreams/vault.ts'
import type { Actor, MakeChange } from './changes.ts'
import type { AdminDependencies } from './dependencies.ts'
import { adminError } from './errors.ts'

export interface SealedName {
  kind: 'upstream_key' | 'second_factor' | 'data_key'
  /** Of the upstream key, or of the user; what a data key encrypts. */
  name: string
}

export interface SealedRow extends SealedName {
  /** Id of the encryption key that encrypted the row. */
  keyId: string
  active: boolean
  /** null if it can be decrypted; otherwise the reason. */
  problem: string | null
}

/** An instance without a notice for this long is considered gone. */
export const INSTANCE_ALIVE_MS = 30_000
/** Running instances check the key file every second. */
const TAKEN_WITHIN_MS = 15_000
const LOOK_EVERY_MS = 100

export interface Rotation {
  rotated: SealedName[]
  failed: SealedRow[]
  /** Where the keys that no secret needs any more are stored; null if they come from variables. */
  retiredKeys: string | null
}

export function createEncryption({ store, vault, nowMs }: AdminDependencies, change: MakeChange) {
  const status = async (): Promise<SealedRow[]> =>
    (await store.listSealedSecrets()).map((secret) => {
      const opened = vault.open(secret.sealed, secret.binding)
      const keyId = sealedWith(secret)
      const active = keyId === vault.activeKeyId
      return { ...nameOf(secret), keyId, active, problem: opened.ok ? null : opened.reason }
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

  const sealAgain = async (actor: Actor): Promise<SealedName[]> => {
    const rotated: SealedName[] = []
    for (const secret of await store.listSealedSecrets()) {
      const opened = vault.open(secret.sealed, secret.binding)
      if (!opened.ok || sealedWith(secret) === vault.activeKeyId) continue
      const replaced = await change(actor, async (step, record) => {
        const sealed = vault.seal(opened.secret, secret.binding)
        // A secret that was replaced since it was read is already sealed with the active key.
        if (!(await step.replaceSealedSecret(secret, sealed))) return false
        await record('encryption.rotate', subjectOf(secret))
        return true
      })
      if (replaced) rotated.push(nameOf(secret))
    }
    return rotated
  }

  return {
    activeKeyId: () => vault.activeKeyId,
    status,
    /**
     * Works while serving: each secret is replaced in one statement, and both forms open until the old key is
     * dropped. With a key file it makes the new key itself. Refused as long as a running instance lacks the
     * new key, because that instance could no longer use the secrets.
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

function sealedWith({ sealed }: SealedSecret): string {
  return sealed.split('.')[1] || 'unknown'
}

const KINDS: Readonly<Record<SealedSecret['column']['table'], SealedName['kind']>> = {
  upstream_keys: 'upstream_key',
  user_credentials: 'second_factor',
  data_keys: 'data_key',
}

function nameOf({ column, name }: SealedSecret): SealedName {
  return { kind: KINDS[column.table], name }
}

function subjectOf({ column, name, binding }: SealedSecret): string {
  if (column.table === 'data_keys') return `data_key:${name}`
  return `${column.table === 'upstream_keys' ? 'upstream' : 'user'}:${binding.row}`
}
