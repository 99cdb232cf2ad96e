/** The vault without its key: it seals nothing and opens nothing, and says why. */

import type { OperatorError } from '../../core/operator-error.ts'
import type { Vault } from '../../upstreams/vault.ts'

/** What needs no upstream key works beside it. */
export function closedVault(reason: OperatorError): Vault {
  return {
    activeKeyId: 'none',
    keyIds: [],
    keyFile: null,
    open: () => ({ ok: false, reason: `${reason.message}: ${reason.remedy}` }),
    seal: () => {
      throw reason
    },
  }
}
