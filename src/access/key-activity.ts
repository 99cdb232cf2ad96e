/** Refusals of known keys, kept in memory and written to the store after the requests. */

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

export interface KeyActivity {
  refused(refusal: KeyRefusal): void
  /** The last refusal of each key since the last call. */
  take(): KeyRefusal[]
}

export function createKeyActivity(): KeyActivity {
  let latest = new Map<number, KeyRefusal>()
  return {
    refused(refusal) {
      latest.set(refusal.keyId, refusal)
    },
    take() {
      const taken = [...latest.values()]
      latest = new Map()
      return taken
    },
  }
}
