/**
 * A reply with a status of success, judged before any of it is sent on. Its first byte says whether it is
 * JSON or events: many upstreams label one as the other, or answer in the other form than they were asked for.
 */
import { holdsForm, redact } from '../../core/redact.ts'
import type { Endpoint } from '../../protocols/protocol.ts'
import { allowedHeaders } from '../../upstreams/reply-headers.ts'
import type { UpstreamReply } from '../../upstreams/transport.ts'
import { filtered, isAnotherLeft, mayFollowFilter } from './fallback.ts'
import { firstEvent } from './first-event.ts'
import { addLosses } from './losses.ts'
import { type BodyStart, decodedText, readBodyStart, wholeBody } from './read-body.ts'
import { broken, type ModelReading, whyUnreadable } from './reading.ts'
import type { SendResult } from './result.ts'
import type { RequestTries } from './tries.ts'
import { errorFailure } from './upstream-error.ts'

/** A promise only if more of its body has to be waited for. */
export function readUpstreamReply(reading: ModelReading): SendResult | Promise<SendResult> {
  const beginning = readBodyStart(reading.reply)
  return beginning instanceof Promise ? readOnLater(reading, beginning) : readOn(reading, beginning)
}

// Functions of their own, because a closure that is not made costs as much as one that is.

async function readOnLater(
  reading: ModelReading,
  beginning: Promise<BodyStart>,
): Promise<SendResult> {
  return readOn(reading, await beginning)
}

async function judgeLater(
  reading: ModelReading,
  form: BodyStart['form'],
  body: Promise<Uint8Array<ArrayBuffer>>,
): Promise<SendResult> {
  return judge(reading, form, await body)
}

function readOn(
  reading: ModelReading,
  { form, parts }: BodyStart,
): SendResult | Promise<SendResult> {
  if (form === 'events' && reading.tries.request.stream) return firstEvent(reading, parts)
  const body = wholeBody(reading.reply, { parts })
  return body instanceof Promise ? judgeLater(reading, form, body) : judge(reading, form, body)
}

function judge(
  reading: ModelReading,
  form: BodyStart['form'],
  bytes: Uint8Array<ArrayBuffer>,
): SendResult | Promise<SendResult> {
  if (form === 'events') return fromStream(reading, decodedText(bytes))
  const text = decodedText(bytes)
  return reading.tries.request.stream ? asStream(reading, text) : whole(reading, text, bytes)
}

/** A whole reply to a request for a stream. */
function asStream(reading: ModelReading, text: string): SendResult | Promise<SendResult> {
  const judged = whole(reading, text, text)
  if (judged.kind !== 'response') return judged
  const events = reading.protocol.streamOfReply(reading.tries.request, text)
  if (events === null) return broken('status 200, but neither a stream nor an answer')
  return firstEvent({ ...reading, reply: EMPTY }, [new TextEncoder().encode(events)])
}

/** A stream in reply to a request for a whole answer. */
function fromStream(reading: ModelReading, events: string): SendResult {
  const { request } = reading.tries
  const reader = reading.protocol.openStream(request, { hideUsage: false, secretForms: [] })
  reader.accept(new TextEncoder().encode(events))
  if (reader.error !== null) return errorFailure(reader.error, reading)
  const text = reading.protocol.replyOfStream(request, events)
  return text === null
    ? broken('status 200, but a stream that ended too early')
    : whole(reading, text, text)
}

function whole(
  reading: ModelReading,
  text: string,
  body: string | Uint8Array<ArrayBuffer>,
): SendResult {
  const { upstream, reply } = reading
  const read = reading.protocol.readReply(text)
  switch (read.kind) {
    case 'unreadable':
      return broken(whyUnreadable(reply, 'status 200, but the body is not JSON'), false)
    case 'error':
      return errorFailure(read.error, reading)
    case 'answer': {
      if (read.isOther === true && mayBeAnswered(reading.tries))
        return broken('status 200, but the body holds no answer')
      if (read.filtered && mayFollowFilter(reading.tries)) return filtered(read.usage)
      addLosses(reading.tries, read.losses)
      const sent = read.body ?? text
      const echoes = holdsForm(sent, upstream.echoForms)
      return {
        kind: 'response',
        response: {
          kind: 'whole',
          upstream,
          headers: allowedHeaders(reply, upstream.secretForms),
          text: sent,
          body: echoes ? redact(sent, upstream.secretForms) : (read.body ?? body),
          usage: read.usage,
        },
      }
    }
  }
}

/** What is JSON and no answer is not ours to withhold, unless another upstream can be asked for one. */
function mayBeAnswered(tries: RequestTries): boolean {
  return GENERATING.has(tries.request.endpoint) && isAnotherLeft(tries)
}

/** They ask for an answer of a model. */
const GENERATING: ReadonlySet<Endpoint> = new Set<Endpoint>([
  'chat/completions',
  'completions',
  'messages',
  'responses',
  'generateContent',
])

/** A body that was already read. */
const EMPTY: UpstreamReply = { status: 200, header: () => null, next: () => null }
