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

/**
 * A promise only where it has not all arrived; that rejects where the body broke off. One that is too large
 * fails with ReplyTooLarge, and the rest is the caller's to cancel.
 */
export function wholeBody(
  reply: UpstreamReply,
  mostBytes: number = MAX_BYTES,
): Bytes | Promise<Bytes> {
  const parts: Uint8Array[] = []
  let size = 0
  for (;;) {
    const next = reply.next()
    if (next instanceof Promise) return restOf(reply, mostBytes, parts, size, next)
    if (next === null) return joined(parts) as Bytes
    size = grown(size, next, mostBytes)
    parts.push(next)
  }
}

async function restOf(
  reply: UpstreamReply,
  mostBytes: number,
  parts: Uint8Array[],
  begun: number,
  next: Promise<Uint8Array | null>,
): Promise<Bytes> {
  let size = begun
  for (let part = await next; part !== null; part = await reply.next()) {
    size = grown(size, part, mostBytes)
    parts.push(part)
  }
  return joined(parts) as Bytes
}

function grown(size: number, part: Uint8Array, mostBytes: number): number {
  if (size + part.length > mostBytes) throw new ReplyTooLarge(mostBytes)
  return size + part.length
}

/** Undefined where it is no JSON. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

export function textOf(bytes: Uint8Array): string {
  return decoder.decode(bytes)
}
