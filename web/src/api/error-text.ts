/** What to tell the user about an error, in their language where the console knows the code. */
import { i18n, type MessageDescriptor } from '@lingui/core'
import { msg } from '@lingui/core/macro'
import { ApiError } from './errors.ts'

const TEXTS: Record<string, MessageDescriptor> = {
  unreachable: msg`The gateway does not answer. Your input is kept; try again in a moment.`,
  invalid_credentials: msg`The name or password is wrong.`,
  permission_denied: msg`Your role does not allow this.`,
  forbidden: msg`Your role does not allow this.`,
  invalid_origin: msg`The request came from an address other than the gateway's own. Check PUBLIC_URL and TRUSTED_PROXIES.`,
  not_found: msg`It no longer exists, or it belongs to someone else.`,
  last_admin: msg`The last admin can't be removed or demoted.`,
  conflict: msg`Someone else has changed this in the meantime.`,
  locked: msg`This is managed outside the console and can't be changed here.`,
  setup_link_invalid: msg`The link is no longer valid. Run "gpt-proxy console" for a new one.`,
  too_many_attempts: msg`Too many attempts. Wait a moment and try again.`,
}

const STATUS_TEXTS: Record<number, MessageDescriptor> = {
  403: msg`Your role does not allow this.`,
  404: msg`It no longer exists, or it belongs to someone else.`,
  412: msg`Someone else has changed this in the meantime.`,
  429: msg`Too many attempts. Wait a moment and try again.`,
}

/** In English the gateway's own words are the most exact; in other languages known codes are translated. */
export function errorText(error: unknown): string {
  if (!(error instanceof ApiError)) return error instanceof Error ? error.message : String(error)
  const known = TEXTS[error.code] ?? (error.status === 400 ? undefined : STATUS_TEXTS[error.status])
  const own = error.body.message
  if (known !== undefined && (i18n.locale !== 'en' || own === undefined)) return i18n._(known)
  return own ?? i18n._(msg`The gateway answered with status ${error.status}.`)
}
