/** Caps the memory that all request bodies may use together. */
import { GatewayError, retryAfterHeaders } from '../../core/errors.ts'

export interface BodyMemory {
  /** A share for one request, released when that request ends. */
  open(): BodyShare
  /** Bytes currently reserved. */
  taken(): number
}

export interface BodyShare {
  /** Grows the share to this many bytes; throws `overloaded` if the budget has no room. */
  growTo(bytes: number): void
  release(): void
}

const TRY_AGAIN_MS = 1_000

export function createBodyMemory(maxBytes: number): BodyMemory {
  let taken = 0
  return {
    taken: () => taken,
    open() {
      let share = 0
      return {
        growTo(bytes) {
          const more = bytes - share
          if (more <= 0) return
          if (taken + more > maxBytes) throw overloaded(maxBytes)
          taken += more
          share = bytes
        },
        release() {
          taken -= share
          share = 0
        },
      }
    },
  }
}

function overloaded(maxBytes: number): GatewayError {
  return new GatewayError(
    'overloaded',
    `gateway: the requests under way hold as much memory as they may (${maxBytes} bytes, BODY_MEMORY_BYTES). Try again in a moment.`,
    { headers: { ...retryAfterHeaders(TRY_AGAIN_MS), connection: 'close' } },
  )
}
