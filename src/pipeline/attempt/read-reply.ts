/**
 * A reply with a status of success, judged before any of it is sent on. Its first byte says whether it is
 * JSON or events: many upstreams label one as the other, or answer in the other form than they were asked for.
 */
import { holdsForm, redact } from '../../core/redact.ts'
import { allowedHeaders } from '../../upstreams/reply-headers.ts'
import type { UpstreamReply } from '../../upstreams/transport.ts'
import { firstEvent } from './first-event.ts'
import { readBeginning, textOf, wholeBody } from './read-body.ts'
import { broken, type ModelReading, whyUnreadable } from './reading.ts'
import type { Sent } from './result.ts'
import { errorFailure } from './upstream-error.ts'

export async function readReply(reading: ModelReading): Promise<Sent> {
  const { request } = reading.tries
  const beginning = readBeginning(reading.reply)
  const { form, parts } = beginning instanceof Promise ? await beginning : beginning
  if (form === 'events' && request.stream) return firstEvent(reading, parts)
  const body = wholeBody(reading.reply, { parts })
  const bytes = body instanceof Promise ? await body : body
  if (form === 'events') return fromStream(reading, textOf(bytes))
  return request.stream ? asStream(reading, textOf(bytes)) : whole(reading, textOf(bytes), bytes)
}

/** A whole reply to a request for a stream. */
function asStream(reading: ModelReading, text: string): Sent | Promise<Sent> {
  const judged = whole(reading, text, text)
  if (judged.kind !== 'response') return judged
  const events = reading.protocol.streamOfReply(reading.tries.request, text)
  if (events === null) return broken('status 200, but neither a stream nor an answer')
  return firstEvent({ ...reading, reply: EMPTY }, [new TextEncoder().encode(events)])
}

/** A stream in reply to a request for a whole answer. */
function fromStream(reading: ModelReading, events: string): Sent {
  const { request } = reading.tries
  const reader = reading.protocol.openStream(request, { hideUsage: false, secretForms: [] })
  reader.accept(new TextEncoder().encode(events))
  if (reader.error !== null) return errorFailure(reader.error, reading.upstream)
  const text = reading.protocol.replyOfStream(request, events)
  return text === null
    ? broken('status 200, but a stream that ended too early')
    : whole(reading, text, text)
}

function whole(reading: ModelReading, text: string, body: string | Uint8Array<ArrayBuffer>): Sent {
  const { upstream, reply } = reading
  const read = reading.protocol.readReply(text)
  switch (read.kind) {
    case 'unreadable':
      return broken(whyUnreadable(reply, 'status 200, but the body is not JSON'), false)
    case 'error':
      return errorFailure(read.error, upstream)
    case 'answer': {
      const sent = read.body ?? text
      const echoes = holdsForm(sent, upstream.echoForms)
      return {
        kind: 'response',
        response: {
          kind: 'whole',
          upstream,
          headers: allowedHeaders((name) => reply.header(name), upstream.secretForms),
          text: sent,
          body: echoes ? redact(sent, upstream.secretForms) : (read.body ?? body),
          usage: read.usage,
        },
      }
    }
  }
}

/** A body that was already read. */
const EMPTY: UpstreamReply = { status: 200, header: () => null, next: () => null }
