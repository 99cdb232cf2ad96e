/** The doctor's options. */
import type { CheckId } from '../core/check-ids.ts'
import type { Language } from './text.ts'

export interface DoctorOptions {
  /** null runs all checks. */
  only: readonly CheckId[] | null
  language: Language
  /** For QUO-1: the user, or the request, whose quota to check. */
  user: string | null
  request: string | null
  /** For QUO-1: the tokens that a request would need. */
  tokens: number
  /** For UPS-1: a model that is reported missing. */
  model: string | null
}
