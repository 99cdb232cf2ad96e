/** The vault without a usable key: it seals and opens nothing, and says why. */

import type { OperatorError } from '../../core/operator-error.ts'
import type { Vault } from '../../upstreams/vault.ts'

/** Everything that needs no upstream key keeps working. */
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
