/** One attempt in a format that the host may lack, and then as a translation. */
import type { Candidate } from '../../../routing/plan.ts'
import type { UsableUpstream } from '../../../upstreams/directory.ts'
import type { SendResult } from '../result.ts'
import type { RequestTries } from '../tries.ts'
import { lacksRoute, routeIsMissing, routeIsThere } from './missing-routes.ts'

export async function sendInFormat(
  tries: RequestTries,
  candidate: Candidate<UsableUpstream>,
  send: () => Promise<SendResult>,
): Promise<SendResult> {
  const { protocol } = tries.request
  const { upstream, target } = candidate
  const sent = await send()
  if (sent.kind !== 'failed' || !lacksRoute(sent)) return sent
  routeIsMissing(upstream.key, target.model, protocol)
  const again = await send()
  if (again.kind === 'response' || (again.kind === 'failed' && !lacksRoute(again))) return again
  routeIsThere(upstream.key, target.model, protocol)
  // What can't be translated, such as a reference to a response that is kept there, was refused by the host.
  return again.kind === 'ended' ? sent : again
}
