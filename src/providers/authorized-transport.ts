/**
 * A transport that first gets ready what the provider wants ready: a token, a signature, an envelope. If an upstream
 * refuses a token or keys that were obtained a while ago, the request is sent once more with new ones.
 */
import type { AwsKeys, CredentialSource, RenewableSource } from '../upstreams/credentials.ts'
import {
  isBodySource,
  type Sending,
  type SendOptions,
  type Transport,
  TransportError,
  type UpstreamReply,
  type WireRequest,
} from '../upstreams/transport.ts'
import { CredentialError } from './credentials/token-request.ts'

export function authorizedTransport(transport: Transport, credentials: RenewableSource): Transport {
  const { openTunnel } = transport
  return {
    ...(openTunnel !== undefined && {
      openTunnel: async (request, protocols) =>
        openTunnel.call(transport, await readied(request, credentials), protocols),
    }),
    send(request, options) {
      const { prepare, reframe } = request
      if (prepare === undefined && reframe === undefined) return transport.send(request, options)
      return prepared(transport, credentials, request, options)
    },
  }
}

function prepared(
  transport: Transport,
  credentials: RenewableSource,
  request: WireRequest,
  options: SendOptions,
): Sending {
  let sending: Sending | null = null
  let cancelled = false
  const sendOnce = async (used: UsedCredentials): Promise<UpstreamReply> => {
    const ready = await readied(request, used)
    if (cancelled) throw new TransportError('other', 'cancelled', false)
    sending = transport.send(ready, options)
    return sending.reply
  }
  const send = async (): Promise<UpstreamReply> => {
    const used = new UsedCredentials(credentials)
    let reply = await sendOnce(used)
    if (!isBodySource(request.body) && used.areRefusedBy(reply)) {
      sending?.cancel()
      reply = await sendOnce(used)
    }
    return request.reframe === undefined ? reply : request.reframe(reply)
  }
  const reply = send()
  // A caller that cancels does not always wait for the reply as well.
  reply.catch(() => {})
  return {
    reply,
    cancel() {
      cancelled = true
      sending?.cancel()
    },
  }
}

/** Without credentials nothing was sent, so the next upstream may be asked. */
async function readied(
  { prepare, reframe: _, ...request }: WireRequest,
  credentials: CredentialSource,
): Promise<WireRequest> {
  if (prepare === undefined) return request
  try {
    return await prepare(request, credentials)
  } catch (error) {
    const why = (error as Error).message
    throw error instanceof CredentialError && error.refused
      ? new TransportError('credentials_refused', `its credentials were refused: ${why}`, false)
      : new TransportError('no_credentials', `no credentials: ${why}`, false)
  }
}

/** AWS's words for keys or a time that it does not take; a 403 may also mean that a model is not allowed. */
const AWS_REFUSAL =
  /^(?:ExpiredToken|UnrecognizedClient|InvalidSignature|SignatureDoesNotMatch|RequestExpired|RequestTimeTooSkewed|InvalidClientTokenId)/

/** Remembers what one request was authenticated with. */
class UsedCredentials implements CredentialSource {
  private readonly source: RenewableSource
  private secret = ''
  /** Null: a key that is sent as it is. */
  private sent: string | AwsKeys | null = null

  constructor(source: RenewableSource) {
    this.source = source
  }

  token(secret: string): string | null | Promise<string> {
    return this.remember(secret, this.source.token(secret))
  }

  awsKeys(secret: string): AwsKeys | null | Promise<AwsKeys> {
    return this.remember(secret, this.source.awsKeys(secret))
  }

  awsTimeMs(): number {
    return this.source.awsTimeMs()
  }

  /** Whether others can be had for those that this reply refuses. */
  areRefusedBy(reply: UpstreamReply): boolean {
    const type = reply.header('x-amzn-errortype')
    const code = type !== null && AWS_REFUSAL.test(type) ? type : null
    if (this.sent === null || (reply.status !== 401 && code === null)) return false
    const time = Date.parse(reply.header('date') ?? '')
    const serverTimeMs = Number.isNaN(time) ? null : time
    return this.source.refused(this.secret, { sent: this.sent, serverTimeMs, code })
  }

  private remember<Value extends string | AwsKeys>(
    secret: string,
    given: Value | null | Promise<Value>,
  ): Value | null | Promise<Value> {
    this.secret = secret
    if (!(given instanceof Promise)) {
      this.sent = given
      return given
    }
    return given.then((value) => {
      this.sent = value
      return value
    })
  }
}
