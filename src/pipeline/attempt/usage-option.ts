/** Usage in streams is asked for even if the client did not ask; some upstreams refuse to be asked. */
import { PROTOCOLS } from '../../protocols/index.ts'
import { isAboutUsageOption } from '../../protocols/openai/refused-usage.ts'
import type { ModelRequest } from '../../protocols/protocol.ts'
import type { Candidate } from '../../routing/plan.ts'
import type { UsableUpstream } from '../../upstreams/directory.ts'
import { protocolFor } from './dialogue.ts'
import type { Failed } from './result.ts'

/** True if the usage that comes is for the gateway alone. */
export function hidesUsage(request: ModelRequest): boolean {
  return request.stream && !PROTOCOLS[request.protocol].asksForUsage(request)
}

const STATUSES: readonly (number | null)[] = [400, 404, 405, 415, 422, 501]

/** Whether this upstream is asked for usage although its client did not, also if the client uses another format. */
export function addsUsageOption(
  request: ModelRequest,
  candidate: Candidate<UsableUpstream>,
): boolean {
  return request.stream && !PROTOCOLS[protocolFor(request, candidate)].asksForUsage(request)
}

/** Words decide here, which is safe: the worst that they can cause is one request more. */
export function refusesUsage({ failure, said }: Failed): boolean {
  return STATUSES.includes(failure.status) && isAboutUsageOption(said)
}
