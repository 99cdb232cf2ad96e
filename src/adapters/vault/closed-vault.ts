/** The vault without its key: it seals nothing and opens nothing, and says why. */
import type { Vault } from '../../upstreams/vault.ts'
import type { EncryptionKeyError } from './key-file.ts'

/** What needs no upstream key works beside it. */
export function closedVault(reason: EncryptionKeyError): Vault {
  return {
    activeKeyId: 'none',
    open: () => ({ ok: false, reason: `${reason.message}: ${reason.remedy}` }),
    seal: () => {
      throw reason
    },
  }
}
