/** Where a request may go, and what was tried of it so far. */
import type { UpstreamKey } from '../core/entities.ts'
import type { Failure } from '../core/failure.ts'
import { upstreamModelName } from './choose-key.ts'
import type { Condition } from './conditions.ts'

/** A provider key that can be used. Routing reads nothing else of what its owner stores with it. */
export interface Keyed {
  key: UpstreamKey
}

/** One model at one host, by any of its keys. */
export interface Target<Upstream extends Keyed> {
  /** What the model is called there. */
  model: string
  keys: readonly Upstream[]
  /** Lower ones are tried first; a higher one only after those below it failed or are unavailable. */
  priority: number
  /** Among targets of one priority. Null: the sum of its keys' weights. */
  weight: number | null
  /** The most tokens that it can read and write together; null: unknown. */
  contextTokens: number | null
  /** How many requests it may have at a time; null: any number. */
  cap: TargetCap | null
  /** It takes requests that meet all of them. */
  conditions: readonly Condition[]
}

/** Targets of one owner share their cap. */
export interface TargetCap {
  owner: string
  max: number
}

/** In the order of the configuration; which one is tried first is decided for each request. */
export type Plan<Upstream extends Keyed> = readonly Target<Upstream>[]

/** What one attempt goes to. */
export interface Candidate<Upstream extends Keyed> {
  target: Target<Upstream>
  upstream: Upstream
}

/** A refusal that names no key; if another key answers, this one was at fault. */
export interface Suspect {
  key: UpstreamKey
  /** What its breaker is kept for: the model, or another endpoint of it. */
  breaker: string
  failed: Failure
}

/**
 * What was tried for one request; shared by attempt and relay, so that a rescue continues where the attempt
 * stopped. A class with lists, because every request creates one: sets and object spreads cost more than the
 * one or two comparisons that they would save.
 */
export class Tries {
  /** In order. */
  failures: readonly Failure[] = NONE
  /** Everything that was asked or must not be. */
  asked: Candidate<Keyed>[] = []
  /** Base URLs of hosts that could not be reached. */
  unreachable: readonly string[] = NONE
  suspects: readonly Suspect[] = NONE
  /** The next attempt uses a new connection. */
  fresh = false
  /** The same key was asked a second time. */
  askedAgain = false
  /** This request changed the state of a whole key: at most one. */
  marked = false
}

const NONE: readonly never[] = []

/** Whether this key was asked for this model. */
export function wasAsked({ asked }: Tries, { target, upstream }: Candidate<Keyed>): boolean {
  for (const one of asked)
    if (one.upstream.key.id === upstream.key.id && one.target.model === target.model) return true
  return false
}

/** One key for one model there. */
export function candidateId({ target, upstream }: Candidate<Keyed>): string {
  return `${upstream.key.id} ${target.model}`
}

/** Keys of one provider at one address, for one model there, are one target. */
export function targetsOf<Upstream extends Keyed>(
  upstreams: readonly Upstream[],
  model: string,
): Plan<Upstream> {
  const groups = Map.groupBy(upstreams, ({ key }) =>
    [key.provider, key.baseUrl, upstreamModelName(key, model)].join('\n'),
  )
  return [...groups.values()].map((keys) => ({
    model: upstreamModelName((keys[0] as Upstream).key, model),
    keys,
    priority: 0,
    weight: null,
    contextTokens: null,
    cap: null,
    conditions: [],
  }))
}
