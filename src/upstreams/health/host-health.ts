/** The breakers of hosts that could not be reached, in memory: each instance has a network of its own. */
import type { Failure } from '../../core/failure.ts'
import type { Logger } from '../../core/logger.ts'
import type { Admission } from '../../routing/choose-candidate.ts'
import {
  admission,
  afterCheck,
  afterClockSetBack,
  afterFailure,
  afterSuccess,
  type BreakerRules,
  type BreakerState,
  closedBreaker,
} from './breaker.ts'

export class HostHealth {
  private readonly states = new Map<string, BreakerState>()
  private readonly rules: BreakerRules
  private readonly logger: Logger

  constructor(rules: BreakerRules, logger: Logger) {
    this.rules = rules
    this.logger = logger
  }

  admission(host: string, nowMs: number): Admission {
    const state = this.states.get(host)
    return state === undefined ? 'allow' : admission(state, nowMs)
  }

  has(host: string): boolean {
    return this.states.has(host)
  }

  untilMs(host: string): number | null {
    return this.states.get(host)?.untilMs ?? null
  }

  failed(host: string, failed: Failure, nowMs: number): void {
    const before = this.states.get(host) ?? closedBreaker(nowMs)
    const next = afterFailure(before, failed, this.rules, nowMs)
    this.states.set(host, next)
    if (next.status === before.status) return
    const { status } = next
    this.logger.warn({ host, status, cause: failed.detail }, 'breaker opened for an upstream host')
  }

  /** Any reply shows that it can be reached. */
  reached(host: string, nowMs: number): void {
    const state = this.states.get(host)
    if (state === undefined) return
    const next = afterSuccess(state, this.rules, nowMs)
    if (next.status === 'healthy') this.states.delete(host)
    else this.states.set(host, next)
  }

  checked(host: string, reachable: boolean, nowMs: number): void {
    const state = this.states.get(host)
    if (state !== undefined) this.states.set(host, afterCheck(state, reachable, this.rules, nowMs))
  }

  reset(host: string): void {
    this.states.delete(host)
  }

  clockSetBack(byMs: number): void {
    for (const [host, state] of this.states) this.states.set(host, afterClockSetBack(state, byMs))
  }
}
