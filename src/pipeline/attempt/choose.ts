/** Chooses the target and the key that are asked next, as breakers and slots allow. */
import { isConversation } from '../../protocols/neutral/pairs.ts'
import { type Admission, chooseCandidate } from '../../routing/choose-candidate.ts'
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
  const { full } = tries
  return chooseCandidate({
    plan: tries.plan,
    tries,
    previous,
    admissionOf: (candidate) =>
      full?.has(candidateId(candidate)) ? 'deny' : admissionOf(services, tries, candidate),
    random: services.random(),
  })
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
