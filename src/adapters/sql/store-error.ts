/** Store failures that an operator must fix: one line for the problem and one for the remedy. */
import { OperatorError, type OperatorErrorOptions } from '../../core/operator-error.ts'

export class StoreError extends OperatorError {
  override readonly name = 'StoreError'

  constructor(message: string, remedy: string, options?: OperatorErrorOptions) {
    super('store', message, remedy, options)
  }
}

const REMEDIES: readonly (readonly [code: RegExp, what: string, remedy: string])[] = [
  [
    /^SQLITE_(NOTADB|CORRUPT)/,
    'is damaged or no SQLite database',
    'restore it from a backup, or move it (and its -wal and -shm files) away to start empty',
  ],
  [
    /^SQLITE_(BUSY|LOCKED)/,
    'is locked by another program',
    'end the program that holds it open for writing',
  ],
  [/^SQLITE_FULL/, 'cannot grow: the disk is full', 'free some space'],
  [/^SQLITE_READONLY/, 'cannot be written', 'make the file and its folder writable for this user'],
  [
    /^SQLITE_(CANTOPEN|PERM|AUTH)/,
    'cannot be opened',
    'make its folder exist and be writable for this user',
  ],
  [/^SQLITE_IOERR/, 'cannot be read or written', 'check the disk it is on'],
]

/** Another process holds the lock. */
export function isBusy(error: unknown): boolean {
  const cause = error instanceof StoreError ? error.cause : error
  return cause instanceof Error && 'code' in cause && String(cause.code).startsWith('SQLITE_BUSY')
}

/** Names the file and the remedy if SQLite's message names neither; other errors are returned unchanged. */
export function explainSqliteError(error: unknown, path: string): unknown {
  if (!(error instanceof Error) || error instanceof StoreError) return error
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  if (code === 'SQLITE_CONSTRAINT_UNIQUE') {
    return alreadyThere(/failed: (\S+)$/.exec(error.message)?.[1], error)
  }
  if (code === 'SQLITE_CONSTRAINT_CHECK') return notStorable(error)
  for (const [pattern, what, remedy] of REMEDIES) {
    if (pattern.test(code))
      return new StoreError(`database ${path} ${what}`, remedy, {
        cause: error,
      })
  }
  return error
}

/** The value at fault came from a caller: a number out of range, a zero byte, or one that a CHECK forbids. */
export function notStorable(cause: Error): OperatorError {
  return new OperatorError(
    'invalid',
    `the database can't store a value: ${cause.message}`,
    'correct the value',
    { cause },
  )
}

/** Another caller has stored the same name since it was checked: a conflict, not a failure of the store. */
export function alreadyThere(column = 'value', cause: Error): OperatorError {
  const field = column.split('.').at(-1) ?? null
  return new OperatorError(
    'conflict',
    `there is already a row with this ${column}`,
    'choose another',
    { cause, field },
  )
}
