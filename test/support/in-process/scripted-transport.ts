/** A transport that answers as a test says, without a socket. */
import type { Sending, Transport, WireRequest } from '../../../src/upstreams/transport.ts'
import { TransportError } from '../../../src/upstreams/transport.ts'

/** A part of a body: text, a wait, `stall` for silence without end, or `cut` for a connection that breaks. */
export type Part = string | Uint8Array | { waitMs: number } | 'stall' | 'cut'

export interface ScriptedReply {
  status?: number
  headers?: Record<string, string>
  body?: string | readonly Part[]
}

export type Script = (
  request: WireRequest,
  index: number,
) => ScriptedReply | TransportError | Promise<ScriptedReply | TransportError>

export interface ScriptedTransport extends Transport {
  /** Every request, as it was sent. */
  readonly sent: WireRequest[]
  /** How many of their exchanges were cancelled. */
  cancelled: number
}

export function scriptedTransport(script: Script): ScriptedTransport {
  const sent: WireRequest[] = []
  const transport: ScriptedTransport = {
    sent,
    cancelled: 0,
    send(request): Sending {
      const gone = Promise.withResolvers<never>()
      gone.promise.catch(() => {})
      let isCancelled = false
      const index = sent.push(request) - 1
      const answered = Promise.resolve(script(request, index)).then((reply) => {
        if (reply instanceof Error) throw reply
        return replyOf(reply, gone.promise)
      })
      return {
        reply: Promise.race([answered, gone.promise]),
        cancel() {
          if (!isCancelled) transport.cancelled++
          isCancelled = true
          gone.reject(new TransportError('other', 'given up', true))
        },
      }
    },
  }
  return transport
}

function replyOf({ status = 200, headers = {}, body = '' }: ScriptedReply, gone: Promise<never>) {
  const parts = [...(typeof body === 'string' ? [body] : body)]
  const encoder = new TextEncoder()
  const next = async (): Promise<Uint8Array | null> => {
    const part = parts.shift()
    if (part === undefined) return null
    if (part === 'cut') throw new TransportError('other', 'the connection was reset', true)
    if (part === 'stall') return gone
    if (typeof part === 'string') return encoder.encode(part)
    if (part instanceof Uint8Array) return part
    await Promise.race([Bun.sleep(part.waitMs), gone])
    return next()
  }
  return { status, header: (name: string) => headers[name] ?? null, next }
}
