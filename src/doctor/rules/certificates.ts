/** TLS-1: are the certificates trusted, for the right names, and valid for long enough? Are the clocks right? */
import type { CertificateSeen, TlsEvidence } from '../evidence.ts'
import { type Figures, type Finding, failing, ok, skipped, warning } from '../finding.ts'

const DAY_MS = 86_400_000
const SOON_DAYS = 14
const SKEW_S = 60
const WRONG_CLOCK_S = 300
const NO_NAME = /ENOTFOUND|EAI_|DNS/

export function judgeCertificates({ nowMs, publicUrl, hosts }: TlsEvidence): Finding[] {
  const findings = hosts.flatMap(({ host, name, upstream, seen }) => {
    if (seen === 'proxied') return [skipped('tls.proxied', { host })]
    if (!seen.ok) {
      const code = NO_NAME.test(seen.error) ? 'tls.no-name' : 'tls.unreachable'
      return [warning(code, { host, name, error: seen.error })]
    }
    return judgeOne({ host, name }, upstream, seen, nowMs)
  })
  if (publicUrl?.startsWith('http:') && !isHere(publicUrl))
    findings.push(warning('tls.plain', { publicUrl }))
  return findings.length === 0 ? [skipped('tls.none')] : findings
}

function judgeOne(at: Figures, upstream: boolean, seen: CertificateSeen, nowMs: number): Finding[] {
  const days = Math.floor((seen.untilMs - nowMs) / DAY_MS)
  const { detail, issuer, names, chain, clockSkewS: skew } = seen
  const [from, until] = [day(seen.fromMs), day(seen.untilMs)]
  const figures = { ...at, days, from, until, detail, issuer, names, chain, skew: skew ?? '?' }
  const clock = Math.abs(skew ?? 0)
  const clocks = clock > SKEW_S ? [warning('tls.clock', figures)] : []
  if (clock > WRONG_CLOCK_S) return [failing('tls.clock', figures)]
  if (seen.untilMs <= nowMs)
    return [...clocks, failing(upstream ? 'tls.upstream-expired' : 'tls.expired', figures)]
  if (seen.fromMs > nowMs) return [...clocks, failing('tls.future', figures)]
  if (!seen.fitsName) return [...clocks, failing('tls.name', figures)]
  if (!seen.trusted) return [...clocks, failing('tls.untrusted', figures)]
  if (days < SOON_DAYS && !upstream) return [...clocks, warning('tls.soon', figures)]
  return [...clocks, ok('tls.ok', figures)]
}

const day = (ms: number) => new Date(ms).toISOString().slice(0, 10)

/** Traffic that stays on this machine needs no certificate. */
function isHere(url: string): boolean {
  return /^(localhost|127\.|\[::1\])/.test(new URL(url).host)
}
