/** What to tell the user about an error, in their language. */
import { i18n } from '@lingui/core'
import { msg } from '@lingui/core/macro'
import { ApiError } from './errors.ts'

/** The gateway's own words are the most exact, and come in the language that the console asks for. */
export function errorText(error: unknown): string {
  if (!(error instanceof ApiError)) return error instanceof Error ? error.message : String(error)
  if (error.code === 'unreachable')
    return i18n._(msg`The gateway does not answer. Your input is kept; try again in a moment.`)
  return error.body.message ?? i18n._(msg`The gateway answered with status ${error.status}.`)
}
