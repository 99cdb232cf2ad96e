/** A whole reply, judged before any of it is sent on. */
import { failure } from '../../core/failure.ts'
import { holdsForm, redact } from '../../core/redact.ts'
import { errorObjectOf } from '../../protocols/openai/error.ts'
import { readUsage } from '../../protocols/openai/usage.ts'
import type { UsableUpstream } from '../../upstreams/directory.ts'
import { allowedHeaders } from '../../upstreams/reply-headers.ts'
import type { UpstreamReply } from '../../upstreams/transport.ts'
import { whyUnreadable } from '../unreadable-reply.ts'
import type { AttemptResult } from './answer.ts'
import { jsonOf, textOf } from './read-body.ts'
import { errorFailure } from './upstream-error.ts'

export function wholeReply(
  upstream: UsableUpstream,
  reply: UpstreamReply,
  bytes: Uint8Array<ArrayBuffer>,
): AttemptResult {
  const raw = textOf(bytes)
  const value = jsonOf(raw)
  if (value === undefined) {
    const why = whyUnreadable(reply, 'status 200, but the body is not JSON')
    return { how: 'failed', failed: failure('server', why, { status: 200 }) }
  }
  const error = errorObjectOf(value)
  if (error !== null) return { how: 'failed', failed: errorFailure(error, upstream) }
  return {
    how: 'answered',
    answer: {
      kind: 'whole',
      upstream,
      status: 200,
      headers: allowedHeaders((name) => reply.header(name), upstream.secretForms),
      text: raw,
      body: holdsForm(raw, upstream.echoForms) ? redact(raw, upstream.secretForms) : bytes,
      usage: readUsage((value as { usage?: unknown } | null)?.usage),
    },
  }
}
