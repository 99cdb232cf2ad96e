/** Every change and its audit row share one transaction, so neither exists without the other. */
import type { AdminDependencies } from './dependencies.ts'
import { adminError } from './errors.ts'
import type { AdminStore } from './store.ts'
import { AlreadyCreated, VersionConflict, versionOf } from './versions.ts'

/** The actor of a change. */
export interface Actor {
  /** `cli`, `gateway`, `doctor`, or the name of the signed-in user. */
  name: string
  /** Of a client of the admin API; null for a command and for the gateway itself. */
  address: string | null
  /** The version that the change is based on; any other version is a conflict. */
  ifMatch?: string
  /** A creation that may be retried, because the first reply was lost. */
  creation?: CreationKey
}

export interface CreationKey {
  userId: number
  key: string
  /** Digest of the request. */
  requestHash: string
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

/** Runs `work` in one transaction, which it must access through `step`, and stores what it records. */
export type MakeChange = <T>(
  actor: Actor,
  work: (step: AdminStore, record: RecordChange) => Promise<T>,
) => Promise<T>

type Dependencies = Pick<AdminDependencies, 'store' | 'nowMs' | 'sha256Hex'>

export function createChanges({ store, nowMs, sha256Hex }: Dependencies): MakeChange {
  return (actor, work) =>
    store.transaction(async (step) => {
      if (actor.creation !== undefined) await begin(step, actor.creation, nowMs())
      let created = ''
      const result = await work(step, (action, subject, { before = null, after = null } = {}) => {
        const { ifMatch } = actor
        if (ifMatch !== undefined && before !== null && versionOf(before, sha256Hex) !== ifMatch)
          throw new VersionConflict(subject)
        // For a rotation, too, the new object comes first.
        if (created === '') created = subject
        const { name, address } = actor
        return step.audit({ actor: name, address, action, subject, before, after, atMs: nowMs() })
      })
      if (actor.creation !== undefined)
        await step.finishCreation(actor.creation.userId, actor.creation.key, created)
      return result
    })
}

/** A concurrent second one waits in the database until the first has ended. */
async function begin(step: AdminStore, creation: CreationKey, nowMs: number): Promise<void> {
  if (await step.beginCreation({ ...creation, createdAtMs: nowMs })) return
  const before = await step.findCreation(creation.userId, creation.key)
  if (before?.requestHash !== creation.requestHash) throw adminError('idempotency_mismatch')
  throw new AlreadyCreated(before.result ?? '')
}
