/** A reply in AWS's binary frames, as the server-sent events that the rest of the gateway reads. */
import { FrameSplitter, frameEvent } from '../protocols/converse/frames.ts'
import type { UpstreamReply } from '../upstreams/transport.ts'

const ENCODER = new TextEncoder()

/** The data of one event; an empty text is left out. */
export type FrameText = (event: { name: string; data: string }) => string

export function reframed(reply: UpstreamReply, textOf: FrameText): UpstreamReply {
  const framed = reply.header('content-type')?.startsWith('application/vnd.amazon.eventstream')
  if (framed !== true) return reply
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
