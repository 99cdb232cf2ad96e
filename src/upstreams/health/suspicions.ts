/**
 * Refusals that name no key: a 401, 402 or 403 without a code. One says something about its request alone; if
 * different requests are refused and none is answered, the key is avoided while there is another.
 */
import type { Admission } from '../../routing/choose-candidate.ts'
import { type BreakerRules, cooldownOf } from './breaker.ts'

interface Suspicion {
  /** The requests that were refused since the last answer. */
  requests: Set<string>
  times: number
  untilMs: number
}

/** A key that answered within this is not refused as such. */
const WORKED_MS = 60_000
const MAX_REQUESTS = 16

export class Suspicions {
  private readonly suspicions = new Map<number, Suspicion>()
  private readonly answeredMs = new Map<number, number>()
  private readonly rules: BreakerRules

  constructor(rules: BreakerRules) {
    this.rules = rules
  }

  /** True if a different request now agrees. */
  add(keyId: number, request: string, nowMs: number): boolean {
    const known = this.suspicions.get(keyId) ?? { requests: new Set(), times: 0, untilMs: 0 }
    this.suspicions.set(keyId, known)
    if (known.requests.size < MAX_REQUESTS) known.requests.add(request)
    if (known.requests.size < 2 || known.untilMs > nowMs) return false
    known.times++
    known.untilMs = nowMs + cooldownOf(known.times, this.rules)
    return true
  }

  admission(keyId: number, nowMs: number): Admission {
    const suspicion = this.suspicions.get(keyId)
    return suspicion !== undefined && suspicion.untilMs > nowMs ? 'avoid' : 'allow'
  }

  answered(keyId: number, nowMs: number): void {
    this.suspicions.delete(keyId)
    this.answeredMs.set(keyId, nowMs)
  }

  /** It answered at this time, which says nothing about a suspicion. */
  worked(keyId: number, atMs: number): void {
    this.answeredMs.set(keyId, Math.max(atMs, this.answeredMs.get(keyId) ?? 0))
  }

  has(keyId: number): boolean {
    return this.suspicions.has(keyId)
  }

  /** As after a reset by an operator. */
  forget(keyId: number): void {
    this.suspicions.delete(keyId)
  }

  /** Times by a clock that was set back mean nothing. */
  clockSetBack(): void {
    this.suspicions.clear()
    this.answeredMs.clear()
  }

  workedLately(keyId: number, nowMs: number): boolean {
    const answered = this.answeredMs.get(keyId)
    return answered !== undefined && nowMs - answered < WORKED_MS
  }
}
