/** Ready-made scripts for the mock upstream: whole replies, event streams, and raw bytes. */
import type { Step } from './mock-upstream.ts'

const CREATED = 1_700_000_000

/** A whole HTTP/1.1 reply with content-length; the connection stays open. */
export function jsonReply(
  status: number,
  value: unknown,
  headers: Record<string, string> = {},
): Step[] {
  const body = JSON.stringify(value)
  const head = replyHead(status, {
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    ...headers,
  })
  return [{ write: head + body }]
}

export interface SseOptions {
  headers?: Record<string, string>
  /** Append `[DONE]`; default true. */
  done?: boolean
  /** Pause before each event but the first. */
  gapMs?: number
}

/** A chunked event stream: each text is the payload of one `data:` event. */
export function sseReply(events: readonly string[], options: SseOptions = {}): Step[] {
  const { headers = {}, done = true, gapMs = 0 } = options
  const steps: Step[] = [{ write: sseHead(headers) }]
  for (const [index, event] of (done ? [...events, '[DONE]'] : events).entries()) {
    if (gapMs > 0 && index > 0) steps.push({ waitMs: gapMs })
    steps.push({ write: httpChunk(`data: ${event}\n\n`) })
  }
  return [...steps, { write: LAST_HTTP_CHUNK }]
}

/** The head of a chunked event stream. */
export function sseHead(headers: Record<string, string> = {}): string {
  return replyHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'transfer-encoding': 'chunked',
    ...headers,
  })
}

export const LAST_HTTP_CHUNK = '0\r\n\r\n'

/** One chunk of a chunked body. */
export function httpChunk(data: string | Uint8Array): Uint8Array {
  const bytes = typeof data === 'string' ? Buffer.from(data) : data
  return Buffer.concat([
    Buffer.from(`${bytes.length.toString(16)}\r\n`),
    bytes,
    Buffer.from('\r\n'),
  ])
}

/** Bytes exactly as given: a head (without its blank line), then the writes. */
export function rawReply(head: string, ...writes: (string | Uint8Array)[]): Step[] {
  return [
    { write: `${head.trimEnd().replace(/\r?\n/g, '\r\n')}\r\n\r\n` },
    ...writes.map((write) => ({ write })),
  ]
}

export function replyHead(status: number, headers: Record<string, string>): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  return `HTTP/1.1 ${status} Scripted\r\n${lines.join('')}\r\n`
}

export const USAGE = { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 }

export function chatCompletion(text: string): object {
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: CREATED,
    model: 'gpt-4o-mini',
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: text },
        finish_reason: 'stop',
        logprobs: null,
      },
    ],
    usage: USAGE,
  }
}

/** A chunk a word, the finish reason, and the usage chunk where asked for. */
export function chatChunks(text: string, options: { usage?: boolean } = {}): string[] {
  const words = text.match(/\S+\s*|\s+/g) ?? []
  const chunks = [
    chunk([{ index: 0, delta: { role: 'assistant', content: '' }, finish_reason: null }]),
    ...words.map((content) => chunk([{ index: 0, delta: { content }, finish_reason: null }])),
    chunk([{ index: 0, delta: {}, finish_reason: 'stop' }]),
  ]
  return options.usage ? [...chunks, chunk([], { usage: USAGE })] : chunks
}

function chunk(choices: object[], more: object = {}): string {
  return JSON.stringify({
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    created: CREATED,
    model: 'gpt-4o-mini',
    choices,
    ...more,
  })
}
