/** Chooses the target and the key that are asked next, as breakers and slots allow. */
import { isConversation } from '../../protocols/neutral/pairs.ts'
import { type Admission, chooseCandidate, type Situation } from '../../routing/choose-candidate.ts'
import { type Candidate, candidateId, wasAsked } from '../../routing/plan.ts'
import type { UsableUpstream } from '../../upstreams/directory.ts'
import type { Services } from '../services.ts'
import { takesAsSecond } from './dialogue.ts'
import type { RequestTries } from './tries.ts'

type UpstreamCandidate = Candidate<UsableUpstream>

/** `previous`: the other keys of its target come before other targets. Null if nothing is left to ask. */
export function choose(
  services: Services,
  tries: RequestTries,
  previous: UpstreamCandidate | null,
): UpstreamCandidate | null {
  return chooseCandidate(new Choice(services, tries, previous))
}

/** A class because every request makes one: as a closure it would be three objects. */
class Choice implements Situation<UsableUpstream> {
  readonly plan: Situation<UsableUpstream>['plan']
  readonly tries: RequestTries
  readonly previous: UpstreamCandidate | null
  readonly random: number
  private readonly services: Services

  constructor(services: Services, tries: RequestTries, previous: UpstreamCandidate | null) {
    this.plan = tries.plan
    this.tries = tries
    this.previous = previous
    this.random = services.random()
    this.services = services
  }

  admissionOf(candidate: UpstreamCandidate): Admission {
    const { services, tries } = this
    return tries.full?.has(candidateId(candidate))
      ? 'deny'
      : admissionOf(services, tries, candidate)
  }
}

export function admissionOf(
  { health }: Services,
  tries: RequestTries,
  candidate: UpstreamCandidate,
): Admission {
  return health.admission(candidate.upstream.key, breakerName(tries, candidate))
}

/**
 * What the breaker of a key is kept for: a model's conversations by its name alone, every other endpoint apart from
 * them, because an upstream that fails at one often serves the rest.
 */
export function breakerName({ request }: RequestTries, candidate: UpstreamCandidate): string {
  const { model } = candidate.target
  const { endpoint } = request
  if (isConversation(endpoint) && !takesAsSecond(request, candidate)) return model
  return model === '' ? endpoint : `${model} (${endpoint})`
}

/** Another target that could be asked at once, if the current one is late. */
export function standby(
  services: Services,
  tries: RequestTries,
  current: UpstreamCandidate,
): UpstreamCandidate | null {
  const isReady = (candidate: UpstreamCandidate) =>
    !wasAsked(tries, candidate) &&
    !tries.unreachable.includes(candidate.upstream.key.baseUrl) &&
    admissionOf(services, tries, candidate) === 'allow'
  return (
    tries.plan
      .filter((target) => target !== current.target)
      .toSorted((one, other) => one.priority - other.priority)
      .flatMap((target) => target.keys.map((upstream) => ({ target, upstream })))
      .find(isReady) ?? null
  )
}
