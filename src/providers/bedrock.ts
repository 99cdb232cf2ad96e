/** Amazon Bedrock: Claude in its own format, all other models by Converse; signed, or with a Bedrock API key. */
import { upstreamModelName } from '../routing/choose-key.ts'
import type { AwsKeys } from '../upstreams/credentials.ts'
import type { Prepare, WireRequest } from '../upstreams/transport.ts'
import { BEDROCK, inEnvelope } from './claude-envelope.ts'
import { signRequest } from './credentials/sigv4.ts'
import { converseText, invokeText, reframed } from './event-stream-reply.ts'
import { getJson, PLAIN_JSON, type Provider, remembered } from './provider.ts'
import { bearing } from './with-token.ts'

const isClaude = (model: string) => model.includes('anthropic.claude')
const SERVICE = 'bedrock'
/** Signed for where an address of one's own (a private endpoint) does not name its region. */
const DEFAULT_REGION = 'us-east-1'

/** The base URL names the region: `https://bedrock-runtime.REGION.amazonaws.com`. */
export const bedrock: Provider = {
  protocols: ['converse', 'anthropic'],
  maker: 'amazon',
  byModel: (model) =>
    isClaude(model)
      ? { protocol: 'anthropic', maker: 'anthropic' }
      : { protocol: 'converse', maker: 'amazon' },
  destination: remembered((upstream, secret, { model, stream }) => {
    const name = upstreamModelName(upstream, model)
    const claude = isClaude(name)
    // The colon of a version is encoded, also in what is signed.
    const path = `${upstream.baseUrl}/model/${encodeURIComponent(name)}`
    const whole = claude ? 'invoke' : 'converse'
    const streamed = claude ? 'invoke-with-response-stream' : 'converse-stream'
    return {
      url: `${path}/${stream ? streamed : whole}`,
      headers: PLAIN_JSON,
      prepare: signed(secret, regionOf(upstream.baseUrl), claude),
      reframe: (reply) => reframed(reply, claude ? invokeText : converseText),
    }
  }),
  vendor: null,
  modelList: (upstream, secret) => ({
    ...getJson(`${controlPlane(upstream.baseUrl)}/foundation-models`, {}),
    prepare: signed(secret, regionOf(upstream.baseUrl), false),
  }),
  transport: null,
  responseHeaders: {},
}

function regionOf(baseUrl: string): string {
  return /\/\/bedrock-runtime(?:-fips)?\.([a-z0-9-]+)\./.exec(baseUrl)?.[1] ?? DEFAULT_REGION
}

/** Models are listed by another host than the one that runs them. */
function controlPlane(baseUrl: string): string {
  return baseUrl.replace('//bedrock-runtime', '//bedrock')
}

function signed(secret: string, region: string, claude: boolean): Prepare {
  return (request, credentials) => {
    const enveloped = claude ? inEnvelope(request, BEDROCK) : request
    const keys = credentials.awsKeys(secret)
    if (keys instanceof Promise)
      return keys.then((fresh) => withSignature(enveloped, fresh, region, credentials.awsTimeMs()))
    return keys === null
      ? bearing(enveloped, secret)
      : withSignature(enveloped, keys, region, credentials.awsTimeMs())
  }
}

/** Only the type of the body is signed with it; what else is sent may be changed on the way. */
function withSignature(
  request: WireRequest,
  keys: AwsKeys,
  region: string,
  nowMs: number,
): WireRequest {
  const { method, url, headers, body } = request
  const type = headers['content-type']
  const unsigned = {
    method,
    url,
    headers: type === undefined ? {} : { 'content-type': type },
    body: typeof body === 'string' ? body : '',
  }
  const signature = signRequest(unsigned, keys, { region, service: SERVICE }, nowMs)
  return { ...request, headers: { ...headers, ...signature } }
}
