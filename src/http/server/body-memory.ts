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

export function createBodyMemory(maxBytes: number, budget = ownBudget(maxBytes)): BodyMemory {
  return {
    taken: budget.taken,
    open: () => new Share(budget),
  }
}

/** Of one thread, or of several together. */
export interface BodyBudget {
  readonly maxBytes: number
  taken(): number
  /** False if there is no room. */
  take(bytes: number): boolean
  give(bytes: number): void
}

function ownBudget(maxBytes: number): BodyBudget {
  let taken = 0
  return {
    maxBytes,
    taken: () => taken,
    take(bytes) {
      if (taken + bytes > maxBytes) return false
      taken += bytes
      return true
    },
    give(bytes) {
      taken -= bytes
    },
  }
}

/** A class because every request creates one. */
class Share implements BodyShare {
  private readonly budget: BodyBudget
  private bytes = 0

  constructor(budget: BodyBudget) {
    this.budget = budget
  }

  growTo(bytes: number): void {
    const more = bytes - this.bytes
    if (more <= 0) return
    if (!this.budget.take(more)) throw overloaded(this.budget.maxBytes)
    this.bytes = bytes
  }

  release(): void {
    this.budget.give(this.bytes)
    this.bytes = 0
  }
}

function overloaded(maxBytes: number): GatewayError {
  return new GatewayError(
    'overloaded',
    `gateway: the requests in flight use all the memory that they may (${maxBytes} bytes, BODY_MEMORY_BYTES). Try again in a moment.`,
    { headers: { ...retryAfterHeaders(TRY_AGAIN_MS), connection: 'close' } },
  )
}
