/** Tests one upstream key by requesting the list of models. */
import type { UpstreamKey } from '../../core/entities.ts'
import { redact, secretForms } from '../../core/redact.ts'
import { wholeBody } from '../../pipeline/attempt/read-body.ts'
import { modelListRequest } from '../../providers/index.ts'
import type { ProbeResult } from '../../upstreams/probe.ts'
import { type Transport, TransportError } from '../../upstreams/transport.ts'

const TIMEOUT_MS = 10_000

export function upstreamProbe(transport: Transport) {
  return {
    async probe(upstream: UpstreamKey, secret: string): Promise<ProbeResult> {
      const request = modelListRequest(upstream, secret)
      const sending = transport.send(request, { fresh: true })
      let late = false
      const timer = setTimeout(() => {
        late = true
        sending.cancel()
      }, TIMEOUT_MS)
      const startedMs = performance.now()
      const result = (ok: boolean, status: number | null, detail: string): ProbeResult => ({
        ok,
        status,
        latencyMs: Math.round(performance.now() - startedMs),
        detail,
      })
      try {
        const reply = await sending.reply
        await wholeBody(reply)
        const { status } = reply
        return result(status >= 200 && status < 300, status, meaning(status))
      } catch (error) {
        const why = late ? `no answer within ${TIMEOUT_MS} ms` : (error as Error).message
        return {
          ...result(false, null, redact(why, secretForms(secret))),
          ...credentialsOf(error),
        }
      } finally {
        clearTimeout(timer)
      }
    },
  }
}

function credentialsOf(error: unknown): Pick<ProbeResult, 'credentials'> {
  const fault = error instanceof TransportError ? error.fault : null
  if (fault === 'credentials_refused') return { credentials: 'refused' }
  return fault === 'no_credentials' ? { credentials: 'missing' } : {}
}

function meaning(status: number): string {
  if (status === 401 || status === 403) return 'the upstream refuses this key'
  if (status === 402 || status === 429)
    return 'the key is known, but over its limit or without quota'
  if (status === 404) return 'it answers, but has no list of models; check the base URL'
  return status < 400 ? 'the key is accepted' : `status ${status}`
}
