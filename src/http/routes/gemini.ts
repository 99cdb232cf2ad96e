/** Gemini's routes: the model and what is wanted of it are in the path, as `MODEL:generateContent`. */
import { authenticate } from '../../pipeline/authenticate.ts'
import { withPath } from '../../protocols/gemini/protocol.ts'
import type { Endpoint } from '../../protocols/protocol.ts'
import { errorAnswer, newRequestId } from '../error-response.ts'
import { notFound } from '../not-found.ts'
import type { AppParts, Route } from '../route.ts'
import { decodedOr } from '../router.ts'
import type { Exchange } from '../server/exchange.ts'
import { pathOf, queryTextOf } from '../server/target.ts'
import { serveEndpoint } from './inference.ts'

interface Method {
  endpoint: Endpoint
  stream: boolean
}

const METHODS: Readonly<Record<string, Method>> = {
  generateContent: { endpoint: 'generateContent', stream: false },
  streamGenerateContent: { endpoint: 'generateContent', stream: true },
  countTokens: { endpoint: 'countTokens', stream: false },
  embedContent: { endpoint: 'embedContent', stream: false },
  batchEmbedContents: { endpoint: 'batchEmbedContents', stream: false },
}

/** Older clients name the version `v1`. */
export const GEMINI_ROUTES: readonly Route[] = ['/v1beta', '/v1'].map((version) => ({
  method: 'POST',
  path: `${version}/models/{call*}`,
  who: 'proxy_key',
  open(parts) {
    return (exchange, match) => {
      takeKeyFromQuery(exchange)
      const call = decodedOr(match.params.call ?? '')
      const colon = call.lastIndexOf(':')
      const method = METHODS[call.slice(colon + 1)]
      if (colon < 1 || method === undefined) {
        exchange.dropBody()
        exchange.respond(errorAnswer(refusal(parts, exchange), newRequestId(), GEMINI))
        return
      }
      const inference = { protocol: 'gemini', endpoint: method.endpoint } as const
      const named = (text: string) => withPath(text, call.slice(0, colon), method.stream)
      serveEndpoint(parts.gateway, { ...inference, named }, parts)(exchange, match)
    }
  },
}))

const GEMINI = { protocol: 'gemini' } as const

/** A caller without access learns nothing more. */
function refusal({ gateway }: AppParts, exchange: Exchange): unknown {
  try {
    authenticate(gateway, exchange)
  } catch (error) {
    return error
  }
  return notFound('POST', pathOf(exchange.target), () => false)
}

/** Google's plain examples put the key into the query; neither logs nor upstreams see a query of these routes. */
function takeKeyFromQuery(exchange: Exchange): void {
  const { headers } = exchange
  const key = new URLSearchParams(queryTextOf(exchange.target)).get('key')
  if (key === null || headers.get('authorization') || headers.get(KEY_HEADER) !== null) return
  exchange.headers = {
    get: (name) => (name === KEY_HEADER ? key : headers.get(name)),
    entries: () => headers.entries(),
  }
}

const KEY_HEADER = 'x-goog-api-key'
