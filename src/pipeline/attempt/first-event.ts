/**
 * The beginning of a stream, held back until a part of the answer begins (a text, a thought, a call): a stream that
 * breaks off before that, after a role, an id or its first usage, is no answer yet, and another key can still be tried
 * unnoticed.
 */
import type { StreamReader } from '../../protocols/protocol.ts'
import { isComments, joined } from '../../protocols/sse.ts'
import { allowedHeaders } from '../../upstreams/reply-headers.ts'
import { PING, sendComments } from '../relay/keep-alive.ts'
import { mayBeRescued } from '../rescue/keeps.ts'
import { filtered, mayFollowFilter } from './fallback.ts'
import { broken, type ModelReading, whyUnreadable } from './reading.ts'
import type { SendResult } from './result.ts'
import { errorFailure } from './upstream-error.ts'
import { hidesUsage } from './usage-option.ts'

/** `parts` is what of the body was already read. */
export async function firstEvent(
  reading: ModelReading,
  parts: readonly Uint8Array[],
): Promise<SendResult> {
  const { tries, upstream, reply, cancel } = reading
  const reader = reading.protocol.openStream(tries.request, {
    hideUsage: hidesUsage(tries.request),
    secretForms: upstream.echoForms,
    keeps: mayBeRescued(reading.services, tries),
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
      if (chunk !== null) {
        if (reader.started) reading.heard()
        continue
      }
      if (!reader.started)
        return broken(whyUnreadable(reply, 'the stream ended before its first event'))
      if (reader.error === null && !reader.finished && !reader.done)
        return {
          ...broken('the stream broke off before anything of its answer'),
          used: reader.usage,
        }
      break
    }
  } finally {
    held.stop()
  }
  // What came together with the error is an answer that broke off.
  if (reader.error !== null && !isVisible(reader)) {
    cancel()
    return { ...errorFailure(reader.error, reading), used: reader.usage }
  }
  if (reader.filtered && !reader.visible && mayFollowFilter(tries)) {
    await readUsage(reading, reader)
    cancel()
    return filtered(reader.usage)
  }
  const runs = held.runs()
  const first = runs.length === 0 ? null : joined(runs)
  const headers = allowedHeaders(reply, upstream.secretForms)
  return {
    kind: 'response',
    response: { kind: 'stream', upstream, headers, reader, first, reply, cancel },
  }
}

/** Usage follows the last event of an answer at once. */
const FOR_USAGE_MS = 1_000

/** What an answer that is not sent on has cost, which comes after its end. */
async function readUsage({ services, reply, cancel }: ModelReading, reader: StreamReader) {
  const deadline = services.deadlines.open()
  deadline.set(FOR_USAGE_MS, cancel)
  try {
    while (reader.usage === null && !reader.done) {
      const chunk = await reply.next()
      if (chunk === null) break
      reader.accept(chunk)
    }
  } catch {
    // Then it is not known.
  } finally {
    deadline.clear()
  }
}

/** Comments pass after this long without an event; most first events are there sooner. */
const COMMENTS_AFTER_MS = 500

/** What came before the first visible event. What an upstream sends to stay connected keeps the client connected too. */
function holdBack({ services, tries }: ModelReading) {
  let runs: Uint8Array[] = []
  let isArmed = false
  const deadline = services.deadlines.open()
  const passComments = () => {
    isArmed = false
    const comments = runs.filter(isComments)
    runs = runs.filter((run) => !isComments(run))
    // Events that say nothing yet, e.g. pings, may still have to be taken back.
    sendComments(tries, comments.length === 0 ? PING : joined(comments))
  }
  return {
    runs: () => runs,
    add(run: Uint8Array, isLast: boolean): void {
      runs.push(run)
      const isSignOfLife = runs.length > 1 || isComments(run)
      if (isLast || isArmed || !isSignOfLife) return
      isArmed = true
      deadline.set(COMMENTS_AFTER_MS, passComments)
    },
    stop: () => deadline.clear(),
  }
}

function isVisible({ started, visible, finished, done }: StreamReader): boolean {
  return started && (visible || finished || done)
}
