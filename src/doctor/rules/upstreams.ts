/** UPS-1: can each upstream key be used, and if not, why? */
import type { UpstreamKey } from '../../core/entities.ts'
import { specificity } from '../../routing/specificity.ts'
import type { UpstreamEvidence, UpstreamSeen } from '../evidence.ts'
import { type Figures, type Finding, failing, ok, warning } from '../finding.ts'

const DEAD = [401, 403]
const SPENT = [402, 429]

export function judgeUpstreams(evidence: UpstreamEvidence): Finding[] {
  const { nowMs, seen, wanted } = evidence
  const findings = seen.flatMap((one) => [judgeOne(one, nowMs), ...modelsOf(one.key, evidence)])
  if (seen.length === 0) findings.push(warning('ups.none'))
  const serving = seen.map(({ key }) => key).filter(mayServe)
  for (const model of wanted) {
    if (serving.some((key) => specificity(key, model) !== null)) continue
    findings.push(failing('ups.unserved', { model }))
  }
  return findings
}

/** Health is kept for each model of a key: one that rests leaves the others in service. */
function modelsOf(key: UpstreamKey, { nowMs, modelStates }: UpstreamEvidence): Finding[] {
  const resting = modelStates.filter(
    ({ upstreamKeyId, untilMs }) => upstreamKeyId === key.id && untilMs > nowMs,
  )
  return resting.map(({ model, status, untilMs, failureCount, lastError }) =>
    warning('ups.model', {
      upstream: key.name,
      model,
      state: status,
      until: new Date(untilMs).toISOString(),
      failures: failureCount,
      lastError: lastError ?? '-',
    }),
  )
}

const mayServe = ({ state }: UpstreamKey) =>
  state.status !== 'disabled' && state.status !== 'invalid'

function judgeOne({ key, probe }: UpstreamSeen, nowMs: number): Finding {
  const { name: upstream, baseUrl, keyHint: hint, state } = key
  const figures: Figures = {
    upstream,
    baseUrl,
    hint,
    requests: state.totalRequests,
    errors: state.totalErrors,
    failures: state.failureCount,
    state: state.status,
    lastError: state.lastError ?? '-',
    status: probe?.status ?? null,
    latencyMs: probe?.latencyMs ?? null,
    detail: probe?.detail ?? '-',
  }
  if (state.status === 'disabled') return warning('ups.disabled', figures)
  if (probe === null) return warning('ups.sealed', figures)
  if (probe.credentials !== undefined) return failing('ups.credentials', figures)
  const { status } = probe
  if (status === null) return failing('ups.unreachable', figures)
  if (DEAD.includes(status)) return failing('ups.dead', figures)
  if (SPENT.includes(status)) return failing('ups.quota', figures)
  // Not every OpenAI-compatible server lists its models.
  if (!probe.ok) return warning('ups.strange', figures)
  if (state.status === 'invalid') return failing('ups.invalid', figures)
  const untilMs = state.cooldownUntilMs ?? 0
  if (state.status === 'cooldown' && untilMs > nowMs)
    return warning('ups.breaker', { ...figures, until: new Date(untilMs).toISOString() })
  return ok('ups.ok', figures)
}
