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
      code: error === null ? code : codeShown(error, code),
      param: null,
      request_id: requestId,
    },
  }
  return `data: ${JSON.stringify(body)}\n\n`
}

/** Only what looks like a code is repeated: it is the upstream's text, and could be anything. */
function codeShown(error: Readonly<Record<string, unknown>>, otherwise: string): string {
  const said = errorCodeOf(error)
  return said !== null && /^(?:[a-z_]{1,50}|\d{3})$/i.test(said) ? said : otherwise
}
