/** A use case that can't do what was asked: what is wrong, and what to do. */
export type AdminErrorKind = 'not_found' | 'conflict' | 'invalid' | 'failed'

export class AdminError extends Error {
  override readonly name = 'AdminError'
  readonly kind: AdminErrorKind
  readonly remedy: string

  constructor(kind: AdminErrorKind, message: string, remedy: string) {
    super(message)
    this.kind = kind
    this.remedy = remedy
  }
}
