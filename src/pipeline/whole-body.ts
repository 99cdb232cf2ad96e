/** A reply's body read to its end. */
import { joined } from '../core/sse.ts'
import type { UpstreamReply } from '../ports/transport.ts'

const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

/** Rejects where the body broke off. */
export async function wholeBody(reply: UpstreamReply): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = []
  for (;;) {
    const next = reply.next()
    const part = next instanceof Promise ? await next : next
    if (part === null) return joined(parts) as Uint8Array<ArrayBuffer>
    parts.push(part)
  }
}

export function textOf(bytes: Uint8Array): string {
  return decoder.decode(bytes)
}
