/** How a stream that its upstream broke off ends for the client. */
import { ERROR_CATALOGUE } from '../core/errors.ts'
import { errorCodeOf } from '../core/failure.ts'
import { redact } from '../core/redact.ts'
import type { StreamAnswer } from './answer.ts'

/** The one event that ends a stream which its upstream broke off. No `[DONE]` follows. */
export function errorEvent(
  answer: StreamAnswer,
  code: 'upstream_error' | 'upstream_timeout',
  detail: string,
  requestId: string,
): string {
  const { upstream, observer } = answer
  const { error } = observer
  const said =
    typeof error?.message === 'string' ? `: ${redact(error.message, upstream.secretForms)}` : ''
  const body = {
    error: {
      message: `upstream ${upstream.key.name}: ${detail}${said}`,
      type: ERROR_CATALOGUE[code].type,
      code: error === null ? code : codeShown(error, code, upstream.secretForms),
      param: null,
      request_id: requestId,
      doctor: ERROR_CATALOGUE[code].doctor,
    },
  }
  return `data: ${JSON.stringify(body)}\n\n`
}

/** Only what looks like a code is repeated, and a key of letters alone does, too. */
function codeShown(
  error: Readonly<Record<string, unknown>>,
  otherwise: string,
  forms: readonly string[],
): string {
  const said = errorCodeOf(error)
  const fits = said !== null && /^(?:[a-z_]{1,50}|\d{3})$/i.test(said)
  return fits && redact(said, forms) === said ? said : otherwise
}
