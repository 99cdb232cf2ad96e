/** Which upstream was asked last, as headers of the response: an answer or an error. */
import { PROVIDERS } from '../../providers/index.ts'
import { shownLoss } from '../attempt/losses.ts'
import type { RequestTries } from '../attempt/tries.ts'

export function setUpstreamHeaders({
  current,
  attempts,
  context,
  waitMs,
  delivery,
  losses,
}: RequestTries): void {
  if (current === null) return
  const { headers } = delivery
  const { name, provider } = current.upstream.key
  headers['x-gpt-proxy-upstream'] = name
  headers['x-gpt-proxy-attempts'] = String(attempts.length)
  headers['x-gpt-proxy-overhead-ms'] = (performance.now() - context.arrivedMs - waitMs).toFixed(3)
  if (losses.length > 0) headers['x-gpt-proxy-losses'] = losses.map(shownLoss).join(', ')
  const { responseHeaders } = PROVIDERS[provider]
  for (const header in responseHeaders) headers[header] = responseHeaders[header] as string
}
