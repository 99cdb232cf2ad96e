/** The beginning of a stream: until its first event with data is there, another key can still be tried. */
import { joined } from '../../protocols/sse.ts'
import { allowedHeaders } from '../../upstreams/reply-headers.ts'
import { broken, type ModelReading, whyUnreadable } from './reading.ts'
import type { Sent } from './result.ts'
import { errorFailure } from './upstream-error.ts'
import { asksForUsage } from './usage-option.ts'

/** `parts` is what of the body was already read. */
export async function firstEvent(
  reading: ModelReading,
  parts: readonly Uint8Array[],
): Promise<Sent> {
  const { tries, upstream, reply, cancel } = reading
  const reader = reading.protocol.openStream(tries.request, {
    hideUsage: asksForUsage(tries.request),
    secretForms: upstream.echoForms,
  })
  const runs: Uint8Array[] = []
  for (let at = 0; !reader.started && reader.error === null; at++) {
    const chunk = at < parts.length ? (parts[at] as Uint8Array) : await reply.next()
    const run = chunk === null ? reader.finish().bytes : reader.accept(chunk)
    if (run !== null) runs.push(run)
    if (reader.oversized) {
      cancel()
      return broken('an event of its stream is larger than 64 MiB')
    }
    if (chunk !== null) continue
    if (!reader.started)
      return broken(whyUnreadable(reply, 'the stream ended before its first event'))
    break
  }
  if (reader.error !== null) {
    cancel()
    return errorFailure(reader.error, upstream)
  }
  const [first = null] = runs.length > 1 ? [joined(runs)] : runs
  const headers = allowedHeaders((name) => reply.header(name), upstream.secretForms)
  return {
    kind: 'response',
    response: { kind: 'stream', upstream, headers, reader, first, reply, cancel },
  }
}
