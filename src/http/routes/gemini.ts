/** Gemini's routes: the model and what is wanted of it are in the path, as `MODEL:generateContent`. */
import { TUNED_MODELS } from '../../core/providers/tuned-models.ts'
import { withPath } from '../../protocols/gemini/protocol.ts'
import type { Endpoint } from '../../protocols/protocol.ts'
import type { Route } from '../route.ts'
import { decodedOr } from '../router.ts'
import { openGeminiVendor } from './gemini-vendor.ts'
import { serveEndpoint } from './inference.ts'
import { GOOGLE_KEY, takeKeyFromQuery } from './key-in-query.ts'

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

const modelRoute = (path: string, prefix: string): Route => ({
  method: 'POST',
  path,
  who: 'proxy_key',
  open(parts) {
    const further = openGeminiVendor(parts)
    return (exchange, match) => {
      takeKeyFromQuery(exchange, GOOGLE_KEY)
      const call = prefix + decodedOr(match.params.call ?? '')
      const colon = call.lastIndexOf(':')
      const method = METHODS[call.slice(colon + 1)]
      if (colon < 1 || method === undefined) {
        further(exchange, match)
        return
      }
      const inference = { protocol: 'gemini', endpoint: method.endpoint } as const
      const named = (text: string) => withPath(text, call.slice(0, colon), method.stream)
      serveEndpoint(parts.gateway, { ...inference, named }, parts)(exchange, match)
    }
  },
})

/** Models that a user had tuned are a collection of their own, which is a part of their names. */
const PREFIXES = { models: '', tunedModels: TUNED_MODELS } as const

/** Older clients name the version `v1`, and those of previews `v1alpha`. */
export const GEMINI_ROUTES: readonly Route[] = ['/v1beta', '/v1alpha', '/v1'].flatMap((version) =>
  Object.entries(PREFIXES).map(([collection, prefix]) =>
    modelRoute(`${version}/${collection}/{call*}`, prefix),
  ),
)
