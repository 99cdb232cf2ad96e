/** A reply's body read to its end. */
import { joined } from '../../protocols/sse.ts'
import type { UpstreamReply } from '../../upstreams/transport.ts'

const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

type Bytes = Uint8Array<ArrayBuffer>

/** Far above the largest that is meant: embeddings of 2048 texts. */
const MAX_BYTES = 256 * 1024 * 1024

export class ReplyTooLarge extends Error {
  override readonly name = 'ReplyTooLarge'

  constructor(mostBytes: number) {
    super(`its reply is larger than ${mostBytes / 1024 / 1024} MiB`)
  }
}

interface Bounds {
  maxBytes?: number
  /** What of the body was already read. */
  parts?: readonly Uint8Array[]
}

/**
 * A promise only if it has not all arrived; that rejects if the body broke off. One that is too large
 * fails with ReplyTooLarge, and the rest is the caller's to cancel.
 */
export function wholeBody(
  reply: UpstreamReply,
  { maxBytes = MAX_BYTES, parts = [] }: Bounds = {},
): Bytes | Promise<Bytes> {
  const body = [...parts]
  let size = 0
  for (const part of body) size += part.length
  for (;;) {
    const next = reply.next()
    if (next instanceof Promise) return restOf(reply, { maxBytes, body, size, next })
    if (next === null) return joined(body) as Bytes
    size = grown(size, next, maxBytes)
    body.push(next)
  }
}

interface Begun {
  maxBytes: number
  body: Uint8Array[]
  size: number
  next: Promise<Uint8Array | null>
}

async function restOf(reply: UpstreamReply, begun: Begun): Promise<Bytes> {
  const { body, maxBytes } = begun
  let { size } = begun
  for (let part = await begun.next; part !== null; part = await reply.next()) {
    size = grown(size, part, maxBytes)
    body.push(part)
  }
  return joined(body) as Bytes
}

export interface BodyStart {
  /** As its first byte tells, other than white space; JSON also if there is none. */
  form: 'json' | 'events'
  parts: Uint8Array[]
}

/** A promise only if nothing has arrived yet. */
export function readBodyStart(reply: UpstreamReply): BodyStart | Promise<BodyStart> {
  const next = reply.next()
  if (next instanceof Promise) return beginningOf(reply, next)
  if (next === null) return { form: 'json', parts: [] }
  const form = formOf(next)
  return form === null ? beginningOf(reply, Promise.resolve(next)) : { form, parts: [next] }
}

async function beginningOf(
  reply: UpstreamReply,
  first: Promise<Uint8Array | null>,
): Promise<BodyStart> {
  const parts: Uint8Array[] = []
  for (let part = await first; part !== null; part = await reply.next()) {
    parts.push(part)
    const form = formOf(part)
    if (form !== null) return { form, parts }
  }
  return { form: 'json', parts }
}

/** The first letters of `data`, `event`, `id`, `retry` and of a comment; no JSON begins with one of them. */
const EVENT_STARTS = new Set([...'deir:'].map((letter) => letter.charCodeAt(0)))
const BYTE_ORDER_MARK = new Set([0xef, 0xbb, 0xbf])

/** Null if it is all white space. */
function formOf(part: Uint8Array): BodyStart['form'] | null {
  for (const byte of part) {
    if (byte <= 32 || BYTE_ORDER_MARK.has(byte)) continue
    return EVENT_STARTS.has(byte) ? 'events' : 'json'
  }
  return null
}

function grown(size: number, part: Uint8Array, mostBytes: number): number {
  if (size + part.length > mostBytes) throw new ReplyTooLarge(mostBytes)
  return size + part.length
}

/** Undefined if it is not JSON. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

export function decodedText(bytes: Uint8Array): string {
  return decoder.decode(bytes)
}
