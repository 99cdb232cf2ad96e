/** Replies written to the socket piece by piece, so that a test decides where the bytes are cut. */
import type { Step } from '../support/mock/mock-upstream.ts'

const encoder = new TextEncoder()

export const LAST_CHUNK: Step = { write: '0\r\n\r\n' }

export function replyHead(status: number, headers: Readonly<Record<string, string>>): Step {
  const fields = { ...headers, 'transfer-encoding': 'chunked' }
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`)
  return { write: `HTTP/1.1 ${status} Recorded\r\n${lines.join('')}\r\n` }
}

export function bodyChunk(piece: string | Uint8Array): Step {
  const bytes = typeof piece === 'string' ? encoder.encode(piece) : piece
  return {
    write: Buffer.concat([
      encoder.encode(`${bytes.length.toString(16)}\r\n`),
      bytes,
      encoder.encode('\r\n'),
    ]),
  }
}

export const STREAM_HEAD = replyHead(200, { 'content-type': 'text/event-stream' })

export function event(payload: string): string {
  return `data: ${payload}\n\n`
}

/** The whole reply, cut at these byte positions of its body. */
export function cutReply(
  status: number,
  headers: Readonly<Record<string, string>>,
  body: string,
  cuts: readonly number[],
): Step[] {
  const bytes = encoder.encode(body)
  const edges = [0, ...cuts, bytes.length]
  const steps: Step[] = [replyHead(status, headers)]
  edges.slice(1).forEach((to, index) => {
    // Giving the turn away between two writes lets the first leave in a packet of its own.
    if (index > 0) steps.push({ waitMs: 0 })
    const from = edges[index] ?? 0
    if (to > from) steps.push(bodyChunk(bytes.subarray(from, to)))
  })
  return [...steps, LAST_CHUNK]
}
