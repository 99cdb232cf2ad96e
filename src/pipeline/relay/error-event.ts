/** How a stream that broke off ends for the client. */
import { ERROR_CATALOGUE } from '../../core/errors.ts'
import { redact } from '../../core/redact.ts'
import { errorCodeOf, shownCode } from '../../protocols/openai/error.ts'
import type { StreamAnswer } from '../attempt/answer.ts'

export interface Cut {
  how: 'cut'
  /** Whose doing it is. */
  by: 'upstream' | 'gateway'
  code: 'upstream_error' | 'upstream_timeout'
  detail: string
}

/** The one event that ends a stream which broke off. No `[DONE]` follows. */
export function errorEvent(
  answer: StreamAnswer,
  { by, code, detail }: Cut,
  requestId: string,
): string {
  const { upstream, observer } = answer
  const { error } = observer
  const said =
    typeof error?.message === 'string' ? `: ${redact(error.message, upstream.secretForms)}` : ''
  const body = {
    error: {
      message: `${by === 'gateway' ? by : `upstream ${upstream.key.name}`}: ${detail}${said}`,
      type: ERROR_CATALOGUE[code].type,
      code: shownCode(errorCodeOf(error), upstream.secretForms) ?? code,
      param: null,
      request_id: requestId,
      doctor: ERROR_CATALOGUE[code].doctor,
    },
  }
  return `data: ${JSON.stringify(body)}\n\n`
}
