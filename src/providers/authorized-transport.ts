/** A transport that first gets ready what the provider wants ready: a token, a signature, an envelope. */
import type { CredentialSource } from '../upstreams/credentials.ts'
import {
  type Sending,
  type SendOptions,
  type Transport,
  TransportError,
  type UpstreamReply,
  type WireRequest,
} from '../upstreams/transport.ts'

export function authorizedTransport(
  transport: Transport,
  credentials: CredentialSource,
): Transport {
  return {
    ...(transport.openTunnel !== undefined && { openTunnel: transport.openTunnel }),
    send(request, options) {
      const { prepare, reframe } = request
      if (prepare === undefined && reframe === undefined) return transport.send(request, options)
      return prepared(transport, credentials, request, options)
    },
  }
}

function prepared(
  transport: Transport,
  credentials: CredentialSource,
  request: WireRequest,
  options: SendOptions,
): Sending {
  let sending: Sending | null = null
  let cancelled = false
  const send = async (): Promise<UpstreamReply> => {
    const ready = await readied(request, credentials)
    if (cancelled) throw new TransportError('other', 'cancelled', false)
    sending = transport.send(ready, options)
    const reply = await sending.reply
    return request.reframe === undefined || reply.status !== 200 ? reply : request.reframe(reply)
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
    throw new TransportError('other', `no credentials: ${(error as Error).message}`, false)
  }
}
