/** AWS's replies as the rest of the gateway reads them: binary frames as server-sent events, errors with their type. */
import { FrameSplitter, frameEvent } from '../protocols/converse/frames.ts'
import type { UpstreamReply } from '../upstreams/transport.ts'

const ENCODER = new TextEncoder()

/** The data of one event; an empty text is left out. */
export type FrameText = (event: { name: string; data: string }) => string

export function reframed(reply: UpstreamReply, textOf: FrameText): UpstreamReply {
  const framed = reply.header('content-type')?.startsWith('application/vnd.amazon.eventstream')
  if (framed !== true) return typed(reply)
  const splitter = new FrameSplitter()
  return {
    status: reply.status,
    header: (name) => (name === 'content-type' ? 'text/event-stream' : reply.header(name)),
    async next() {
      for (;;) {
        const chunk = await reply.next()
        if (chunk === null) {
          if (splitter.pendingBytes > 0) throw new Error('the event stream ended inside a frame')
          return null
        }
        const text = splitter
          .push(chunk)
          .map((frame) => textOf(frameEvent(frame)))
          .filter((data) => data !== '')
          .map((data) => `data: ${data}\n\n`)
          .join('')
        if (text !== '') return ENCODER.encode(text)
      }
    },
  }
}

/** Converse: the payload under the name of its event, as AWS's own clients show it. */
export const converseText: FrameText = ({ name, data }) =>
  `{${JSON.stringify(name)}:${data === '' ? '{}' : data}}`

/** A model's own format on Bedrock: its events are bytes in `chunk` frames; exceptions are errors of that format. */
export const invokeText: FrameText = ({ name, data }) => {
  const fields = JSON.parse(data === '' ? '{}' : data) as { bytes?: string; message?: string }
  if (name === 'chunk') return Buffer.from(fields.bytes ?? '', 'base64').toString()
  if (!name.endsWith('Exception')) return ''
  const type = name === 'throttlingException' ? 'rate_limit_error' : 'api_error'
  return JSON.stringify({ type: 'error', error: { type, message: fields.message ?? name } })
}

/** The beginning of an object, as far as its first member or its end. */
const OPENING = /^\s*\{\s*(?=\S)/
/** Something that has not begun as an object by then is none. */
const MAX_OPENING = 1_024

/** The type of an error is in a header: it is written into the body, where other services of AWS have it. */
function typed(reply: UpstreamReply): UpstreamReply {
  // What follows a colon is the address of the type's definition.
  const type = reply.header('x-amzn-errortype')?.split(/[:,]/, 1)[0]?.trim()
  if (reply.status < 400 || type === undefined || type === '') return reply
  let began = false
  return {
    status: reply.status,
    header: (name) => reply.header(name),
    async next() {
      if (began) return reply.next()
      began = true
      const head = await beginning(reply)
      return head.length === 0 ? null : withType(head, type)
    },
  }
}

async function beginning(reply: UpstreamReply): Promise<Buffer> {
  let head = Buffer.alloc(0)
  for (;;) {
    const chunk = await reply.next()
    if (chunk === null) return head
    head = Buffer.concat([head, chunk])
    if (head.length >= MAX_OPENING || OPENING.test(head.toString('latin1'))) return head
  }
}

function withType(head: Buffer, type: string): Uint8Array {
  const text = head.toString('latin1')
  const opening = OPENING.exec(text)?.[0]
  if (opening === undefined) return head
  const comma = text[opening.length] === '}' ? '' : ','
  const member = Buffer.from(`"__type":${JSON.stringify(type)}${comma}`)
  return Buffer.concat([head.subarray(0, opening.length), member, head.subarray(opening.length)])
}
