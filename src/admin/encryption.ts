/** Which rows the vault can open, and sealing them anew with the active key. */
import type { UpstreamKey } from '../core/entities.ts'
import { type AdminDependencies, audited } from './dependencies.ts'
import { bindingOf } from './upstreams.ts'

export interface SealedRow {
  upstream: string
  /** Id of the encryption key that the row was sealed with. */
  keyId: string
  active: boolean
  /** Null where it opens; else why not. */
  problem: string | null
}

export function createEncryption(dependencies: AdminDependencies) {
  const { store, vault } = dependencies
  const audit = audited(dependencies)

  const status = async (): Promise<SealedRow[]> => {
    const rows = await store.listUpstreamKeys()
    return rows.map((row) => {
      const opened = vault.open(row.encryptedKey, bindingOf(row))
      const keyId = sealedWith(row)
      const active = keyId === vault.activeKeyId
      return { upstream: row.name, keyId, active, problem: opened.ok ? null : opened.reason }
    })
  }

  return {
    activeKeyId: vault.activeKeyId,
    status,
    /** While serving: each row is replaced in one statement, and both forms open until the old key is dropped. */
    async rotate(): Promise<{ rotated: string[]; failed: SealedRow[] }> {
      const rotated: string[] = []
      for (const row of await store.listUpstreamKeys()) {
        const opened = vault.open(row.encryptedKey, bindingOf(row))
        if (!opened.ok || sealedWith(row) === vault.activeKeyId) continue
        await store.replaceEncryptedKey(row.id, vault.seal(opened.secret, bindingOf(row)))
        await audit('encryption.rotate', `upstream:${row.id}`)
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
