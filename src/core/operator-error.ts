/** A failure that the operator has to fix: what is wrong and how to fix it. */

/** Determines a command's exit code and an admin route's status. */
export type OperatorErrorKind =
  | 'failed'
  | 'conflict'
  | 'invalid'
  | 'not_found'
  | 'configuration'
  | 'store'

export interface OperatorErrorOptions extends ErrorOptions {
  /** Stable, for programs and for translated messages; null if the error has only this message. */
  code?: string
  /** The input field that is at fault, e.g. `username`. */
  field?: string | null
  /** The values that the message mentions, as given or found. Never a secret. */
  values?: Readonly<Record<string, string | number>>
}

/** The code of a failure for which no caller and no value is at fault: the same works again in a moment. */
export const STORE_CHANGES = 'store_changes'

export class OperatorError extends Error {
  override readonly name: string = 'OperatorError'
  readonly kind: OperatorErrorKind
  /** Empty if each interface has its own remedy, see `src/cli/texts/error-texts.ts`. */
  readonly remedy: string
  readonly code: string | null
  readonly field: string | null
  readonly values: Readonly<Record<string, string | number>>

  constructor(
    kind: OperatorErrorKind,
    message: string,
    remedy: string,
    options: OperatorErrorOptions = {},
  ) {
    super(message, options)
    this.kind = kind
    this.remedy = remedy
    this.code = options.code ?? null
    this.field = options.field ?? null
    this.values = options.values ?? {}
  }
}
