/** The key that conversations are encrypted with; it is stored encrypted with ENCRYPTION_KEY, once for all instances. */
import { randomBytes } from 'node:crypto'
import type { ResponseRows } from '../../passthrough/response-store.ts'
import { dataKeyBinding, RESPONSES_KEY, type Vault } from '../../upstreams/vault.ts'

const KEY_BYTES = 32

export type DataKey = () => Promise<Uint8Array>

/** Read, or made, at its first use; a failure shows there, and the next use tries again. */
export function dataKeyOf(rows: Pick<ResponseRows, 'dataKey'>, vault: Vault): DataKey {
  const binding = dataKeyBinding(RESPONSES_KEY)
  let known: Promise<Uint8Array> | null = null
  const openKey = async (): Promise<Uint8Array> => {
    const fresh = vault.seal(randomBytes(KEY_BYTES).toString('base64'), binding)
    const opened = vault.open(await rows.dataKey(fresh), binding)
    if (!opened.ok) throw new Error(`the key of conversations can't be decrypted: ${opened.reason}`)
    return Buffer.from(opened.secret, 'base64')
  }
  return () => {
    known ??= openKey().catch((error) => {
      known = null
      throw error
    })
    return known
  }
}
