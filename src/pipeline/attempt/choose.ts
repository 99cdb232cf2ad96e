/** Chooses the target and the key that are asked next, as breakers and slots allow. */
import { type Admission, chooseCandidate } from '../../routing/choose-candidate.ts'
import { type Candidate, candidateId, wasAsked } from '../../routing/plan.ts'
import type { UsableUpstream } from '../../upstreams/directory.ts'
import type { Services } from '../services.ts'
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
      full?.has(candidateId(candidate)) ? 'deny' : admissionOf(services, candidate),
    random: services.random(),
  })
}

export function admissionOf(
  { health }: Services,
  { upstream, target }: UpstreamCandidate,
): Admission {
  return health.admission(upstream.key, target.model)
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
    admissionOf(services, candidate) === 'allow'
  return (
    tries.plan
      .filter((target) => target !== current.target)
      .toSorted((one, other) => one.priority - other.priority)
      .flatMap((target) => target.keys.map((upstream) => ({ target, upstream })))
      .find(isReady) ?? null
  )
}
