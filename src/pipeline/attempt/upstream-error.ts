/** What an upstream reports in place of an answer, as a failure; only its status and codes decide. */
import { type Failure, failure } from '../../core/failure.ts'
import { redactValue, shownCode } from '../../core/redact.ts'
import { PROTOCOLS } from '../../protocols/index.ts'
import { readError } from '../../protocols/openai/read-error.ts'
import type { ReportedError } from '../../protocols/protocol.ts'
import { PROVIDERS } from '../../providers/index.ts'
import type { UsableUpstream } from '../../upstreams/directory.ts'
import { codesOf } from '../../upstreams/health/error-codes.ts'
import {
  type ErrorCodes,
  type FailureVerdict,
  judgeErrorBody,
  judgeStatus,
} from '../../upstreams/health/failure-scope.ts'
import { codeOfVerdict, narrowed } from '../../upstreams/health/said-in-words.ts'
import { readRetryAfterMs } from '../../upstreams/retry-after.ts'
import type { UpstreamReply } from '../../upstreams/transport.ts'
import type { Services } from '../services.ts'
import { decodedText, jsonOf, wholeBody } from './read-body.ts'
import type { Failed } from './result.ts'

/** An error is some lines of JSON. */
const MAX_BYTES = 64 * 1024

export function isSuccess(status: number): boolean {
  return status >= 200 && status < 300
}

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])

export function isRedirect(reply: Pick<UpstreamReply, 'status' | 'header'>): boolean {
  return REDIRECTS.has(reply.status) && reply.header('location') !== null
}

interface ErrorReply {
  readonly services: Services
  readonly upstream: UsableUpstream
  readonly reply: UpstreamReply
  cancel(): void
}

/** A reply with a status other than success. */
export async function statusFailure(errorReply: ErrorReply): Promise<Failed> {
  const { services, upstream, reply } = errorReply
  const { status } = reply
  const said = await readOrNothing(errorReply)
  const protocol = PROTOCOLS[PROVIDERS[upstream.key.provider].protocols[0]]
  const body = jsonOf(said)
  // Not every upstream reports errors in the format that it answers in.
  const general = readError(body)
  const error = protocol.readError(body) ?? general ?? plainError(said)
  const { baseUrl } = upstream.key
  const codes = both(codesOf(error, baseUrl), codesOf(general, baseUrl))
  const nowMs = services.clock.nowMs()
  const retryAfterMs = readRetryAfterMs((name) => reply.header(name), nowMs, error?.own ?? null)
  const shown = shownOf(codes, upstream)
  const detail = `status ${status}${shown === null ? '' : `, ${shown}`}`
  const byStatus = judgeStatus(status, codes, isPage(said))
  const judged = narrowed(byStatus, error?.message ?? null)
  const verdict = saysEmptyAccount(judged, error) ? SUSPECTED_EMPTY : judged
  const reported = judged === byStatus ? error : withCode(error, judged)
  const more = {
    ...verdict,
    status,
    code: shown,
    retryAfterMs,
    error: shownError(reported, upstream),
  }
  return { kind: 'failed', failure: failure(verdict.class, detail, more), said }
}

const SUSPECTED_EMPTY: FailureVerdict = { class: 'quota', scope: 'request' }
const EMPTY_ACCOUNT = /^Your credit balance is too low to access the (?:Anthropic|Claude) API\./

/**
 * Anthropic gives an empty account the status and the type of a bad request, so its sentence has to decide, from its
 * first word on: a prompt that an error repeats comes after words of the upstream. It is only a suspicion, as a 403
 * without a code is: another key is tried, and this one keeps its health until a different request agrees.
 */
function saysEmptyAccount({ class: kind }: FailureVerdict, error: ReportedError | null): boolean {
  return (
    kind === 'client' &&
    error?.type === 'invalid_request_error' &&
    EMPTY_ACCOUNT.test(error.message ?? '')
  )
}

async function readOrNothing({ reply, cancel }: ErrorReply): Promise<string> {
  try {
    return decodedText(await wholeBody(reply, { maxBytes: MAX_BYTES }))
  } catch {
    cancel()
    return ''
  }
}

/** A line of plain text is an error's message, also in quotes or XML; a page of HTML says nothing about the request. */
function plainError(said: string): ReportedError | null {
  const message = (/<Message>([^<]{1,500})<\/Message>/i.exec(said)?.[1] ?? said)
    .trim()
    .replace(/^"([^"\\]*)"$/, '$1')
  if (message === '' || message.length > 500 || /^[<{["]/.test(message)) return null
  return { message, type: null, code: null, param: null, own: {} }
}

/** An error in a whole reply or an event of a stream that began with a status of success. */
export function errorFailure(
  error: ReportedError,
  { services, upstream }: Pick<ErrorReply, 'services' | 'upstream'>,
): Failed {
  const codes = codesOf(error, upstream.key.baseUrl)
  const shown = shownOf(codes, upstream)
  const suffix = shown === null ? '' : ` (${shown})`
  const detail = `an error in a reply that began with status 200${suffix}`
  const verdict = narrowed(judgeErrorBody(codes), error.message)
  const retryAfterMs = readRetryAfterMs(() => null, services.clock.nowMs(), error.own)
  const seen = { status: 200, code: shown, retryAfterMs, ambiguous: true }
  const more = { ...verdict, ...seen, error: shownError(error, upstream) }
  return { kind: 'failed', failure: failure(verdict.class, detail, more), said: '' }
}

function both(one: ErrorCodes, other: ErrorCodes): ErrorCodes {
  return { codes: [...one.codes, ...other.codes], types: [...one.types, ...other.types] }
}

/** Clients act on codes. */
function withCode(error: ReportedError | null, verdict: FailureVerdict): ReportedError | null {
  return error && { ...error, code: codeOfVerdict(verdict), type: 'invalid_request_error' }
}

function isPage(said: string): boolean {
  return said.trimStart().startsWith('<')
}

function shownOf({ codes, types }: ErrorCodes, { secretForms }: UsableUpstream): string | null {
  return shownCode(codes[0] ?? types[0] ?? null, secretForms)
}

/** As the client may see it: without keys, in the usual fields, and with whatever else there was. */
function shownError(
  error: ReportedError | null,
  { secretForms }: UsableUpstream,
): Failure['error'] {
  if (error === null) return null
  const { message, type, code, param, own } = error
  return redactValue({ ...own, message, type, code, param }, secretForms) as Failure['error']
}
