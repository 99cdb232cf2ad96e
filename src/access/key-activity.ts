/** When known keys were used and refused, kept in memory and written to the store after the requests. */

/** Why a known key is refused. */
export type RefusalReason = StandingRefusal | 'address not allowed'

/** A reason that does not depend on the client's address. */
export type StandingRefusal = 'revoked' | 'expired' | 'user disabled'

export interface RefusedKey {
  keyId: number
  prefix: string
  user: string
  reason: RefusalReason
}

export interface KeyRefusal {
  keyId: number
  reason: RefusalReason
  address: string | null
  atMs: number
}

export interface KeyUse {
  keyId: number
  /** Start of its latest request that has ended. */
  atMs: number
}

export interface KeyActivity {
  refused(refusal: KeyRefusal): void
  used(use: KeyUse): void
  /** The last refusal and the last use of each key since the last call. */
  take(): { refusals: KeyRefusal[]; uses: KeyUse[] }
}

export function createKeyActivity(): KeyActivity {
  let refusals = new Map<number, KeyRefusal>()
  let uses = new Map<number, number>()
  return {
    refused(refusal) {
      refusals.set(refusal.keyId, refusal)
    },
    used({ keyId, atMs }) {
      const known = uses.get(keyId)
      if (known === undefined || known < atMs) uses.set(keyId, atMs)
    },
    take() {
      const taken = {
        refusals: [...refusals.values()],
        uses: Array.from(uses, ([keyId, atMs]) => ({ keyId, atMs })),
      }
      refusals = new Map()
      uses = new Map()
      return taken
    },
  }
}
