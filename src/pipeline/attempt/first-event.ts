/** The beginning of a stream: until its first event with data is there, another key can still be tried. */

import { failure } from '../../core/failure.ts'
import type { ModelRequest } from '../../protocols/openai/request.ts'
import { EVENT_TOO_LARGE, StreamObserver } from '../../protocols/openai/stream.ts'
import { joined } from '../../protocols/sse.ts'
import { asksUsageForClient } from '../../providers/provider.ts'
import type { UsableUpstream } from '../../upstreams/directory.ts'
import { allowedHeaders } from '../../upstreams/reply-headers.ts'
import type { UpstreamReply } from '../../upstreams/transport.ts'
import { whyUnreadable } from '../unreadable-reply.ts'
import type { AttemptResult } from './answer.ts'
import { errorFailure } from './upstream-error.ts'

export async function firstEvent(
  upstream: UsableUpstream,
  ask: ModelRequest,
  reply: UpstreamReply,
  cancel: () => void,
): Promise<AttemptResult> {
  const observer = new StreamObserver({
    hideUsage: asksUsageForClient(ask),
    choices: ask.choices,
    secretForms: upstream.echoForms,
  })
  const runs: Uint8Array[] = []
  while (!observer.started && observer.error === null) {
    const chunk = await reply.next()
    const done = chunk === null
    const run = done ? observer.finish().bytes : observer.accept(chunk)
    if (run !== null) runs.push(run)
    if (done && !observer.started)
      return broken(whyUnreadable(reply, 'the stream ended before its first event'))
    if (observer.oversized) {
      cancel()
      return broken(EVENT_TOO_LARGE)
    }
    if (done) break
  }
  if (observer.error !== null) {
    cancel()
    return { how: 'failed', failed: errorFailure(observer.error, upstream) }
  }
  const [first = null] = runs.length > 1 ? [joined(runs)] : runs
  return {
    how: 'answered',
    answer: {
      kind: 'stream',
      upstream,
      status: 200,
      headers: allowedHeaders((name) => reply.header(name), upstream.secretForms),
      observer,
      first,
      reply,
      cancel,
    },
  }
}

function broken(detail: string): AttemptResult {
  return { how: 'failed', failed: failure('server', detail, { status: 200, ambiguous: true }) }
}
