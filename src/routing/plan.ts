/** Where a request may go, and what was tried of it so far. */
import type { UpstreamKey } from '../core/entities.ts'
import type { Failure } from '../core/failure.ts'
import { upstreamModelName } from './choose-key.ts'

/** A provider key that can be used; what else its owner keeps with it is no concern of the routing. */
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
  model: string
  failed: Failure
}

/** What was tried for one request; shared by attempt and relay, so that a rescue goes on where the attempt stopped. */
export interface Tries {
  /** In their order. */
  failures: Failure[]
  /** `candidateId` of everything that was asked. */
  asked: Set<string>
  /** Hosts that could not be reached, by base URL. */
  unreachable: Set<string>
  suspects: Suspect[]
  /** Attempts that may have cost something; MAX_ATTEMPTS bounds these alone. */
  costly: number
  /** The next one goes over a new connection. */
  fresh: boolean
  /** The resend after a reset was used. */
  resent: boolean
  /** The same key was asked a second time. */
  askedAgain: boolean
  /** This request changed the state of a whole key: at most one. */
  marked: boolean
}

export function openTries(): Tries {
  return {
    failures: [],
    asked: new Set(),
    unreachable: new Set(),
    suspects: [],
    costly: 0,
    fresh: false,
    resent: false,
    askedAgain: false,
    marked: false,
  }
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
  }))
}
