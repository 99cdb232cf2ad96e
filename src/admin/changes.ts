/** Every change and its audit row are one transaction: neither is ever there without the other. */
import type { AdminDependencies } from './dependencies.ts'
import type { AdminStore } from './store.ts'

/** Who makes a change. */
export interface Actor {
  /** `cli`, `gateway`, `doctor`, or who is signed in, e.g. `user:3`. */
  name: string
  /** Of a client of the admin API; null for a command and for the gateway itself. */
  address: string | null
}

export interface AuditDetails {
  /** Views of what changed; never a secret. */
  before?: object | null
  after?: object | null
}

/** Subjects are ids such as `user:3`. */
export type RecordChange = (
  action: string,
  subject: string,
  details?: AuditDetails,
) => Promise<void>

/** Runs `work` in one transaction, for which it has to use `step`, and keeps what it records. */
export type MakeChange = <T>(
  actor: Actor,
  work: (step: AdminStore, record: RecordChange) => Promise<T>,
) => Promise<T>

export function createChanges({
  store,
  nowMs,
}: Pick<AdminDependencies, 'store' | 'nowMs'>): MakeChange {
  return (actor, work) =>
    store.transaction((step) =>
      work(step, (action, subject, { before = null, after = null } = {}) =>
        step.audit({
          actor: actor.name,
          address: actor.address,
          action,
          subject,
          before,
          after,
          atMs: nowMs(),
        }),
      ),
    )
}
