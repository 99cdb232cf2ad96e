/** A failure that the operator has to fix: what is wrong, and what to do about it. */

/** Decides the exit code of a command and the status of an admin route. */
export type OperatorErrorKind =
  | 'failed'
  | 'conflict'
  | 'invalid'
  | 'not_found'
  | 'configuration'
  | 'store'

export interface OperatorErrorOptions extends ErrorOptions {
  /** Stable, for programs and for other wordings of the same error; null if it has only this one. */
  code?: string
  /** The input field that is at fault, e.g. `username`. */
  field?: string | null
  /** What the wording names: the values that were given or found. Never a secret. */
  values?: Readonly<Record<string, string | number>>
}

export class OperatorError extends Error {
  override readonly name: string = 'OperatorError'
  readonly kind: OperatorErrorKind
  /** Empty if each face has its own, see `src/cli/error-texts.ts`. */
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
