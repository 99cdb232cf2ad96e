/** What is asked of the doctor. */
import type { CheckId } from '../core/check-ids.ts'
import type { Language } from './text.ts'

export interface DoctorOptions {
  /** Null is all. */
  only: readonly CheckId[] | null
  language: Language
  /** For QUO-1: whose quota, or which request's. */
  user: string | null
  request: string | null
  /** For QUO-1: what a request would ask for. */
  tokens: number
  /** For UPS-1: a model that somebody misses. */
  model: string | null
}
