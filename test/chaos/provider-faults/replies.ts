/** Replies of a scripted upstream in any of the formats. */

import {
  httpChunk,
  jsonReply,
  LAST_HTTP_CHUNK,
  replyHead,
  sseHead,
} from '../../support/mock/mock-replies.ts'
import type { Step } from '../../support/mock/mock-upstream.ts'
import {
  bytesOf,
  type SpokenAnswer,
  type SpokenWire,
  streamType,
} from '../../support/spoken/format.ts'

/** What is asked of an upstream, and in which form it has to answer. */
export interface Asked {
  format: SpokenWire
  stream: boolean
  /** What a sound upstream answers; null: it refuses the beginning of its own turn. */
  answer: SpokenAnswer | null
}

export function sound({ format, stream, answer }: Asked): Step[] {
  if (answer === null) return refusal(format, 400, 'assistant message prefill is not supported')
  return stream ? streamOf(format, format.events(answer)) : jsonReply(200, format.whole(answer))
}

export function refusal(
  format: SpokenWire,
  status: number,
  message: string,
  more: { code?: string; headers?: Record<string, string> } = {},
): Step[] {
  return jsonReply(status, format.error(status, message, more.code ?? 'error'), more.headers)
}

export function filtered({ format, stream }: Asked): Step[] {
  const { status, body } = format.filtered
  return stream && status === 200
    ? streamOf(format, [`data: ${JSON.stringify(body)}\n\n`])
    : jsonReply(status, body)
}

function streamOf(format: SpokenWire, events: readonly string[]): Step[] {
  return [...chunks(format, events), { write: LAST_HTTP_CHUNK }]
}

function chunks(format: SpokenWire, events: readonly string[]): Step[] {
  const head = sseHead({ 'content-type': streamType(format) })
  return [
    { write: head },
    ...events.map((event) => ({ write: httpChunk(bytesOf(format, [event])) })),
  ]
}

/** Half of a sound answer, then `steps`. */
export function half({ format, stream, answer }: Asked, ...steps: Step[]): Step[] {
  if (answer === null) throw new Error('half of a refusal')
  if (stream) {
    const events = format.events(answer)
    return [
      ...chunks(format, events.slice(0, format.head + answer.pieces.length / 2)),
      PAUSE,
      ...steps,
    ]
  }
  const body = JSON.stringify(format.whole(answer))
  const length = String(Buffer.byteLength(body))
  const head = replyHead(200, { 'content-type': 'application/json', 'content-length': length })
  return [{ write: head + body.slice(0, body.length / 2) }, PAUSE, ...steps]
}

/** So that what came before a fault was read before it. */
const PAUSE: Step = { waitMs: 30 }

/** An event, or a body, that is no JSON. */
export function malformed(asked: Asked): Step[] {
  if (!asked.stream) {
    const body = '{"choices":[{"message":{"role":'
    const headers = { 'content-type': 'application/json', 'content-length': String(body.length) }
    return [{ write: replyHead(200, headers) + body }]
  }
  const { format, answer } = asked
  const events = answer === null ? [] : format.events(answer)
  const middle = format.head + Math.floor(events.length / 2)
  return streamOf(format, events.toSpliced(middle, 1, 'data: {"choices":[{"delta":{"conte\n\n'))
}

/** All of the answer, without the event that ends the stream. A whole body just ends with its connection. */
export function withoutEnd({ format, stream, answer }: Asked): Step[] {
  if (answer === null) throw new Error('a refusal has no end')
  if (stream) {
    const events = format.events(answer)
    const kept = format.name === 'gemini' || format.name === 'responses' ? 0 : 1
    return streamOf(format, events.slice(0, events.length - kept))
  }
  const head = replyHead(200, { 'content-type': 'application/json', connection: 'close' })
  return [{ write: head + JSON.stringify(format.whole(answer)) }, PAUSE, 'fin']
}

/** The head of the reply, and silence. */
export function slowStart({ stream }: Asked): Step[] {
  const headers = { 'content-type': 'application/json', 'content-length': '1000' }
  return [{ write: stream ? sseHead() : replyHead(200, headers) }, 'stall']
}
