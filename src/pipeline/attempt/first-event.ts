/**
 * The beginning of a stream, held back until something of the answer can be seen: a stream that breaks off
 * before that, after a role or an empty delta, is no answer yet, and another key can still be tried unnoticed.
 */
import type { StreamReader } from '../../protocols/protocol.ts'
import { isComments, joined } from '../../protocols/sse.ts'
import { allowedHeaders } from '../../upstreams/reply-headers.ts'
import { sendComments } from '../relay/keep-alive.ts'
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
  const held = holdBack(reading)
  try {
    for (let at = 0; !isVisible(reader) && reader.error === null; at++) {
      const chunk = at < parts.length ? (parts[at] as Uint8Array) : await reply.next()
      const run = chunk === null ? reader.finish().bytes : reader.accept(chunk)
      if (run !== null) held.add(run, isVisible(reader) || reader.error !== null)
      if (reader.oversized) {
        cancel()
        return broken('an event of its stream is larger than 64 MiB')
      }
      if (chunk !== null) continue
      if (!reader.started)
        return broken(whyUnreadable(reply, 'the stream ended before its first event'))
      if (reader.error === null && !reader.finished && !reader.done)
        return broken('the stream broke off before anything of its answer')
      break
    }
  } finally {
    held.stop()
  }
  // What came together with the error is an answer that broke off.
  if (reader.error !== null && !isVisible(reader)) {
    cancel()
    return errorFailure(reader.error, upstream)
  }
  const first = held.runs.length === 0 ? null : joined(held.runs)
  const headers = allowedHeaders((name) => reply.header(name), upstream.secretForms)
  return {
    kind: 'response',
    response: { kind: 'stream', upstream, headers, reader, first, reply, cancel },
  }
}

/** Comments pass after this long without an event; most first events are there sooner. */
const COMMENTS_AFTER_MS = 500

/** What came before the first event: comments alone go to the client meanwhile. */
function holdBack({ services, tries }: ModelReading) {
  const runs: Uint8Array[] = []
  const deadline = services.deadlines.open()
  const passComments = () => {
    if (runs.every(isComments)) sendComments(tries, joined(runs.splice(0)))
  }
  return {
    runs,
    add(run: Uint8Array, isLast: boolean): void {
      if (runs.push(run) === 1 && !isLast) deadline.set(COMMENTS_AFTER_MS, passComments)
    },
    stop: () => deadline.clear(),
  }
}

function isVisible({ text, finished, done, started, usage }: StreamReader): boolean {
  return started && (text !== '' || finished || done || usage !== null)
}
