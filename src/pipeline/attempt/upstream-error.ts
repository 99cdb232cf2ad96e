/** What an upstream reports in place of an answer, as a failure; only its status and code decide. */
import { type Failure, failure } from '../../core/failure.ts'
import { redactValue } from '../../core/redact.ts'
import {
  classifyCode,
  classifyStatus,
  errorCodeOf,
  errorObjectOf,
  shownCode,
} from '../../protocols/openai/error.ts'
import type { UsableUpstream } from '../../upstreams/directory.ts'
import { readRetryAfterMs } from '../../upstreams/retry-after.ts'
import type { UpstreamReply } from '../../upstreams/transport.ts'
import type { Services } from '../services.ts'
import { jsonOf, textOf, wholeBody } from './read-body.ts'

/** An error is some lines of JSON. */
const MAX_BYTES = 64 * 1024

type ErrorObject = Readonly<Record<string, unknown>>

/** A reply with another status than 200. */
export async function statusFailure(
  gateway: Services,
  { secretForms }: UsableUpstream,
  reply: UpstreamReply,
  cancel: () => void,
): Promise<Failure> {
  const { status } = reply
  const error = errorObjectOf(jsonOf(await readOrNothing(reply, cancel)))
  const code = errorCodeOf(error)
  const kind = classifyStatus(status, code)
  const retryAfterMs = readRetryAfterMs((name) => reply.header(name), gateway.clock.nowMs())
  const shown = shownCode(code, secretForms)
  return failure(kind, `status ${status}${shown === null ? '' : `, ${shown}`}`, {
    status,
    code: shown,
    retryAfterMs,
    error: kind === 'client' ? redactedError(error ?? {}, secretForms) : null,
  })
}

async function readOrNothing(reply: UpstreamReply, cancel: () => void): Promise<string> {
  try {
    return textOf(await wholeBody(reply, MAX_BYTES))
  } catch {
    cancel()
    return ''
  }
}

/** An error in a whole reply or an event of a stream that began with status 200. */
export function errorFailure(error: ErrorObject, { secretForms }: UsableUpstream): Failure {
  const code = errorCodeOf(error)
  const kind = classifyCode(code)
  const shown = shownCode(code, secretForms)
  const suffix = shown === null ? '' : ` (${shown})`
  return failure(kind, `an error in a reply that began with status 200${suffix}`, {
    status: 200,
    ambiguous: true,
    error: kind === 'client' ? redactedError(error, secretForms) : null,
  })
}

function redactedError(error: ErrorObject, secretForms: readonly string[]): ErrorObject {
  return redactValue(error, secretForms) as ErrorObject
}
