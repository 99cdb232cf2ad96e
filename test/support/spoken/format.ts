/** What tests need of a format that clients and upstreams speak, written by hand and apart from the gateway's own code. */
import type { ProviderName } from '../../../src/core/providers/providers.ts'
import type { Endpoint, ProtocolName } from '../../../src/protocols/protocol.ts'

/** Tokens of an answer. */
export interface SpokenUsage {
  input: number
  output: number
}

export interface SpokenAnswer {
  id: string
  pieces: readonly string[]
  usage: SpokenUsage
}

/** What a client has read of a stream. */
export interface ReadStream {
  text: string
  /** The reasons to stop, in order: of a sound stream there is one. */
  reasons: string[]
  /** Messages of its error events. */
  errors: string[]
  usage: SpokenUsage | null
  /** What breaks the rules of the format: a second id, a second role, a gap in the numbers. */
  flaws: string[]
}

type ClientFormat = 'chat' | 'responses' | 'messages' | 'gemini'

export interface SpokenFormat<Name extends string = ClientFormat> {
  name: Name
  protocol: ProtocolName
  endpoint: Endpoint
  /** Of upstreams that speak it. */
  provider: ProviderName
  /** After the gateway's origin. */
  path(model: string, stream: boolean): string
  /** A client's question. */
  question(model: string, stream: boolean): Record<string, unknown>
  /** Texts of the events of a stream. The first `head` of them come before the first piece. */
  events(answer: SpokenAnswer): string[]
  head: number
  /** How its events are framed, if not as server-sent events. */
  binary?: { contentType: string; encode(event: string): Uint8Array }
  whole(answer: SpokenAnswer): object
  error(status: number, message: string, code: string): object
  /** What the vendor says of a prompt that is too long. */
  tooLong: string
  /** What the vendor says of a prompt that it does not answer, and with which status. */
  filtered: { status: number; body: object }
  /** An event that reports an error in a stream. */
  errorEvent(message: string): string
  /** The turns of a request to an upstream. */
  turns(body: Record<string, unknown>): { role: 'user' | 'model'; text: string }[]
  read(stream: string): ReadStream
  readWhole(body: Record<string, unknown>): string
}

/** A format that upstreams speak. */
export type SpokenWire = SpokenFormat<ClientFormat | 'converse'>

// biome-ignore lint/suspicious/noExplicitAny: events of any format, looked into by tests
export type Json = any

export const data = (value: object) => `data: ${JSON.stringify(value)}\n\n`
export const named = (value: { type: string }) => `event: ${value.type}\n${data(value)}`

/** The parsed data of a stream's events; `[DONE]` is left out. */
export function parsedEvents(stream: string): Json[] {
  return stream.split('\n\n').flatMap((event) => {
    const line = event.split('\n').find((one) => one.startsWith('data: '))
    if (line === undefined || line === 'data: [DONE]') return []
    return [JSON.parse(line.slice('data: '.length))]
  })
}

export function emptyRead(): ReadStream {
  return { text: '', reasons: [], errors: [], usage: null, flaws: [] }
}

/** A turn's text, in any of the forms that requests have. */
export function textOf(content: unknown): string {
  if (typeof content === 'string') return content
  if (!Array.isArray(content)) return ''
  return content.map((part) => (typeof part.text === 'string' ? part.text : '')).join('')
}

/** Notes values that must stay the same in all of a stream. */
export function constant(read: ReadStream, what: string): (value: unknown) => void {
  let first: unknown
  return (value) => {
    first ??= value
    if (value !== first) read.flaws.push(`${what} ${String(value)} after ${String(first)}`)
  }
}

/** A stream's events, as they are sent. */
export function bytesOf({ binary }: SpokenWire, events: readonly string[]): Buffer {
  return binary === undefined
    ? Buffer.from(events.join(''))
    : Buffer.concat(events.map((event) => binary.encode(event)))
}

export const streamType = ({ binary }: SpokenWire) => binary?.contentType ?? 'text/event-stream'
