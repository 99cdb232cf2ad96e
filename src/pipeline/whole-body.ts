/** A reply's body read to its end. */
import { joined } from '../core/sse.ts'
import type { UpstreamReply } from '../ports/transport.ts'

const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

type Bytes = Uint8Array<ArrayBuffer>

/** A promise only where it has not all arrived; that rejects where the body broke off. */
export function wholeBody(reply: UpstreamReply): Bytes | Promise<Bytes> {
  const parts: Uint8Array[] = []
  for (;;) {
    const next = reply.next()
    if (next instanceof Promise) return restOf(reply, parts, next)
    if (next === null) return joined(parts) as Bytes
    parts.push(next)
  }
}

async function restOf(
  reply: UpstreamReply,
  parts: Uint8Array[],
  next: Promise<Uint8Array | null>,
): Promise<Bytes> {
  for (let part = await next; part !== null; part = await reply.next()) parts.push(part)
  return joined(parts) as Bytes
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
