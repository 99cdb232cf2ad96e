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
  const budget: Budget = { taken: 0, maxBytes }
  return {
    taken: () => budget.taken,
    open: () => new Share(budget),
  }
}

interface Budget {
  taken: number
  readonly maxBytes: number
}

/** A class because every request creates one. */
class Share implements BodyShare {
  private readonly budget: Budget
  private bytes = 0

  constructor(budget: Budget) {
    this.budget = budget
  }

  growTo(bytes: number): void {
    const more = bytes - this.bytes
    if (more <= 0) return
    const { budget } = this
    if (budget.taken + more > budget.maxBytes) throw overloaded(budget.maxBytes)
    budget.taken += more
    this.bytes = bytes
  }

  release(): void {
    this.budget.taken -= this.bytes
    this.bytes = 0
  }
}

function overloaded(maxBytes: number): GatewayError {
  return new GatewayError(
    'overloaded',
    `gateway: the requests under way hold as much memory as they may (${maxBytes} bytes, BODY_MEMORY_BYTES). Try again in a moment.`,
    { headers: { ...retryAfterHeaders(TRY_AGAIN_MS), connection: 'close' } },
  )
}
