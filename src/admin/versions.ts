/** The version of an editable object: a digest of everything an operator can set. */
import type { Sha256Hex } from '../core/sha256.ts'

/** Fields that the gateway changes itself, which do not conflict with an edit. */
const RUNNING_STATE = new Set([
  'failure_count',
  'cooldown_until',
  'total_requests',
  'total_errors',
  'last_error',
])
const LENGTH = 16

export function versionOf(view: object, sha256Hex: Sha256Hex): string {
  const isUpstream = 'failure_count' in view
  const set = Object.entries(view).filter(
    // Only one of an upstream's states is set by an operator.
    ([name]) => !RUNNING_STATE.has(name) && !(isUpstream && name === 'status'),
  )
  const disabled = isUpstream && 'status' in view && view.status === 'disabled'
  return sha256Hex(JSON.stringify([...set.sort(byName), disabled])).slice(0, LENGTH)
}

/** The object has changed since the caller read it. */
export class VersionConflict extends Error {
  override readonly name = 'VersionConflict'
  readonly subject: string

  constructor(subject: string) {
    super('it was changed by another user since it was read')
    this.subject = subject
  }
}

/** The same Idempotency-Key has created `subject` before. */
export class AlreadyCreated extends Error {
  override readonly name = 'AlreadyCreated'
  readonly subject: string

  constructor(subject: string) {
    super(`created before: ${subject}`)
    this.subject = subject
  }
}

function byName([one]: [string, unknown], [other]: [string, unknown]): number {
  return one < other ? -1 : 1
}
