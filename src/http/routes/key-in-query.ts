/** Keys in the query, for clients that do not send them in a header. They reach neither logs nor upstreams. */
import type { Exchange } from '../server/exchange.ts'
import { queryTextOf } from '../server/target.ts'

/** The header that each parameter replaces. */
type Parameters = Readonly<Record<string, string>>

/** Google's plain examples, and its client's sessions. */
export const GOOGLE_KEY: Parameters = { key: 'x-goog-api-key' }
/** OpenAI's client in a browser at Azure, of its versions 4 to 6. */
export const AZURE_KEY: Parameters = { 'api-key': 'api-key', Authorization: 'authorization' }

/** A key in a header comes first. */
export function takeKeyFromQuery(exchange: Exchange, parameters: Parameters): void {
  const { headers } = exchange
  const query = new URLSearchParams(queryTextOf(exchange.target))
  for (const [parameter, header] of Object.entries(parameters)) {
    const key = query.get(parameter)
    if (key === null || headers.get('authorization') || headers.get(header) !== null) continue
    exchange.headers = {
      get: (name) => (name === header ? key : headers.get(name)),
      entries: () => headers.entries(),
    }
    return
  }
}
