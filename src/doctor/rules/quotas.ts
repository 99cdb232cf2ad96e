/** QUO-1: repeats the quota decision with its values, and compares the totals with the records. */
import type { QuotaEvidence, QuotaSeen } from '../evidence.ts'
import { type Finding, failing, ok, warning } from '../finding.ts'

const NEARLY = 0.9

export function judgeQuotas(evidence: QuotaEvidence): Finding[] {
  const { quotas, user, requestId, request, different, stale, month } = evidence
  const findings: Finding[] = []
  if (requestId !== null && request === null)
    findings.push(warning('quo.no-record', { request: requestId }))
  if (request !== null) findings.push(ok('quo.record', recordFigures(request)))
  if (user !== null) {
    const seen = quotas.find((one) => one.user === user)
    findings.push(seen === undefined ? failing('quo.no-user', { user }) : replayed(seen, evidence))
  } else {
    for (const seen of quotas) findings.push(...noteworthy(seen, evidence))
    const users = quotas.filter(({ quota }) => quota !== null).length
    if (findings.length === 0 && different.length === 0)
      findings.push(ok('quo.ok', { users, month }))
  }
  for (const sums of different) findings.push(warning('quo.sums', { ...sums }))
  if (stale.leases > 0) findings.push(warning('quo.stale', { ...stale }))
  return findings
}

/** As reserve does it: a request must fit in what is neither used nor leased. */
function replayed(seen: QuotaSeen, evidence: QuotaEvidence): Finding {
  const { user, quota, active } = seen
  if (!active) return failing('quo.disabled', { user })
  if (quota === null) return ok('quo.unlimited', { user })
  const figures = figuresOf(seen, quota, evidence)
  const { asked, instances } = evidence
  if (asked > figures.left) return failing('quo.spent', figures)
  // A single instance leases everything left, and can spend it itself.
  const elsewhere = instances > 1 && asked > figures.left - seen.leased
  return elsewhere ? warning('quo.held', figures) : ok('quo.fits', figures)
}

function noteworthy(seen: QuotaSeen, evidence: QuotaEvidence): Finding[] {
  const { quota, used } = seen
  if (quota === null || used < NEARLY * quota) return []
  const figures = figuresOf(seen, quota, evidence)
  const percent = Math.floor((100 * used) / quota)
  return [warning(used >= quota ? 'quo.spent' : 'quo.nearly', { ...figures, percent })]
}

function figuresOf({ user, used, leased }: QuotaSeen, quota: number, evidence: QuotaEvidence) {
  const { asked, resetMs } = evidence
  return {
    user,
    quota,
    used,
    leased,
    left: Math.max(0, quota - used),
    asked,
    reset: new Date(resetMs).toISOString().slice(0, 10),
    suggested: Math.max(2 * quota, used + 2 * asked),
  }
}

function recordFigures({ requestId, ...rest }: NonNullable<QuotaEvidence['request']>) {
  return { request: requestId, ...rest }
}
