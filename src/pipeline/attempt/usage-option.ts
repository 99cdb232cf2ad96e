/** Usage in streams is asked for even if the client did not ask; some upstreams refuse to be asked. */
import { PROTOCOLS } from '../../protocols/index.ts'
import type { ModelRequest } from '../../protocols/protocol.ts'
import type { Sent } from './result.ts'

/** True if the usage that comes is for the gateway alone. */
export function asksForUsage(request: ModelRequest): boolean {
  return request.stream && !PROTOCOLS[request.protocol].asksForUsage(request)
}

const STATUSES: readonly (number | null)[] = [400, 404, 405, 415, 422, 501]
const MENTIONED = /stream_options|include_usage/i
/** As strict servers say it of a field that they do not name. */
const UNKNOWN_FIELD =
  /(unrecogni[sz]ed|unknown|unexpected|unsupported|additional|extra|invalid) (request )?(argument|parameter|field|key|propert|input)|extra_forbidden|not permitted/i

/** Words decide here, which is safe: the worst that they can cause is one request more. */
export function refusesUsage({ failure, said }: Extract<Sent, { kind: 'failed' }>): boolean {
  return STATUSES.includes(failure.status) && (MENTIONED.test(said) || UNKNOWN_FIELD.test(said))
}
