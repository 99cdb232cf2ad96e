/** NGX-1: does the gateway fail to answer, or the proxy in front of it? */
import type { Measured, ProxyEvidence, ReplySeen } from '../evidence.ts'
import { type Finding, failing, ok, warning } from '../finding.ts'

const BAD_GATEWAY = [502, 503, 504]
const NO_NAME = /ENOTFOUND|EAI_|DNS/

export function judgeProxy(evidence: ProxyEvidence): Finding[] {
  const { url, publicUrl, direct, through, services } = evidence
  if (!direct.ok) {
    const figures = { url, publicUrl, error: direct.error, seen: seenOf(through[0]) }
    return [failing(publicUrl === null ? 'ngx.idle' : 'ngx.down', figures)]
  }
  if (!direct.isGateway)
    return [failing('ngx.stranger', { url, status: direct.status, proxy: direct.proxy })]
  const ill = Object.entries(services).filter(([, how]) => /unhealthy|degraded/.test(how))
  const inside = ill.length === 0 ? [] : [degraded(url, ill)]
  if (publicUrl === null) return [...inside, ok('ngx.direct', { url })]
  return [...inside, judgeThrough(evidence, publicUrl)]
}

function degraded(url: string, ill: readonly [string, string][]): Finding {
  return warning('ngx.degraded', { url, services: ill.map((pair) => pair.join(' ')).join(', ') })
}

function judgeThrough({ url, listens, through }: ProxyEvidence, publicUrl: string): Finding {
  const { hostname: host } = new URL(publicUrl)
  const figures = { url, publicUrl, host, listens, address: listens, tries: through.length }
  const replies = through.filter((tried) => tried.ok)
  const bad = replies.filter(({ status }) => BAD_GATEWAY.includes(status))
  const [worst] = bad
  const lost = through.find((tried) => !tried.ok)
  if (replies.length === 0) {
    const error = lost?.ok === false ? lost.error : ''
    return failing(NO_NAME.test(error) ? 'ngx.name' : 'ngx.proxy-down', { ...figures, error })
  }
  const good = replies.filter(({ isGateway }) => isGateway)
  if (good.length === through.length) return ok('ngx.ok', figures)
  if (good.length > 0) {
    const status = worst?.status ?? 'no answer'
    return warning('ngx.keep-alive', { ...figures, bad: through.length - good.length, status })
  }
  const [first] = replies
  const seen = { ...figures, status: first?.status ?? null, proxy: first?.proxy ?? '-' }
  return failing(worst === undefined ? 'ngx.elsewhere' : 'ngx.bad-gateway', seen)
}

function seenOf(tried: Measured<ReplySeen> | undefined): string {
  if (tried === undefined) return '-'
  return tried.ok ? `status ${tried.status} (${tried.proxy})` : tried.error
}
