/** The predecessor's users, keys and usage, imported as a whole; a second run adds only what is new. */
import { OperatorError } from '../../core/operator-error.ts'
import { bindingOf } from '../../upstreams/vault.ts'
import type { Actor, MakeChange } from '../changes.ts'
import type { AdminDependencies } from '../dependencies.ts'
import { allUpstreamKeys } from '../pages.ts'
import type { AdminStore } from '../store.ts'
import type { UpstreamImport } from '../upstreams/upstream-import.ts'
import { type CheckedUpstream, checkedUpstream } from '../upstreams/upstream-input.ts'
import { type Counted, type ImportStep, importKeys, importUsers } from './accounts.ts'
import { importableName } from './names.ts'
import type { OldUpstream, Predecessor } from './rows.ts'
import { type Difference, type ImportedUsage, importUsage } from './usage.ts'

export interface PredecessorImport {
  users: Counted
  keys: Counted
  upstreams: Counted
  usage: ImportedUsage
  /** Rows that were left out, and why. */
  leftOut: readonly string[]
  ignoredColumns: readonly string[]
}

export interface PredecessorOptions {
  /** Imports the others if some rows can't be; otherwise nothing is. */
  leaveOut: boolean
}

const ACTION = 'predecessor.import'
const SHOWN_PROBLEMS = 5

export function createPredecessorImport(
  { store, vault, usageRetentionDays }: AdminDependencies,
  importing: UpstreamImport,
  change: MakeChange,
) {
  const importUpstreams = async (
    { store: step, record }: ImportStep,
    upstreams: readonly (OldUpstream & { row: CheckedUpstream })[],
  ): Promise<Counted> => {
    const counted = { imported: 0, known: 0 }
    for (const { row, secret, disabled, name: oldName, id } of upstreams) {
      const there = await allUpstreamKeys(step)
      if (importing.heldSecrets(there, row).has(secret)) {
        counted.known++
        continue
      }
      const taken = new Set(there.map(({ name }) => name))
      const name = freeName(importableName(oldName || `${row.provider}-${id}`, id), taken)
      const key = await importing.insert(step, record, { ...row, name, secret })
      if (disabled) await step.setUpstreamKeyDisabled(key.id, true)
      const opened = vault.open(key.encryptedKey, bindingOf(key))
      if (!opened.ok || opened.secret !== secret)
        throw new OperatorError('failed', `upstream key '${name}' can't be read back`, NOTHING)
      counted.imported++
    }
    return counted
  }

  return async (
    actor: Actor,
    old: Predecessor,
    { leaveOut }: PredecessorOptions,
  ): Promise<PredecessorImport> => {
    const { keys, upstreams, problems } = checked(old)
    if (problems.length > 0 && !leaveOut) throw unusable(problems)
    if (usageRetentionDays > 0) await refuseSecond(store)
    return change(actor, async (step, record) => {
      const context = { store: step, record }
      const { ids: userIds, ...users } = await importUsers(context, old.users)
      const { ids: keyIds, ...counted } = await importKeys(context, keys, userIds)
      const imported = await importUpstreams(context, upstreams)
      const ids = { users: userIds, keys: keyIds }
      const { differences, ...usage } = await importUsage(step, old, ids)
      if (differences[0] !== undefined) throw different(differences[0], differences.length)
      const counts = { users, keys: counted, upstreams: imported, usage }
      await record(ACTION, 'store', { after: counts })
      return { ...counts, leftOut: problems, ignoredColumns: old.ignoredColumns }
    })
  }
}

const NOTHING = 'Nothing was imported'

/** The rows that can be imported, and a line for each of the others. */
function checked(old: Predecessor) {
  const problems = [...old.problems]
  const userIds = new Set(old.users.map(({ id }) => id))
  const keys = old.keys.filter(({ id, userId }) => {
    if (!userIds.has(userId)) problems.push(`proxy key ${id}: its user ${userId} is not in users`)
    return userIds.has(userId)
  })
  const upstreams = old.upstreams.flatMap((upstream) => {
    try {
      return [{ ...upstream, row: checkedUpstream(upstream) }]
    } catch (error) {
      if (!(error instanceof OperatorError)) throw error
      problems.push(`upstream key ${upstream.id} (${upstream.name}): ${error.message}`)
      return []
    }
  })
  return { keys, upstreams, problems }
}

function unusable(problems: readonly string[]): OperatorError {
  const more = problems.length - SHOWN_PROBLEMS
  const shown = problems.slice(0, SHOWN_PROBLEMS).join('; ')
  return new OperatorError(
    'invalid',
    `${problems.length} rows can't be imported, so none was: ${shown}${more > 0 ? `; and ${more} more` : ''}`,
    "Give the predecessor's ENCRYPTION_KEY if keys can't be decrypted, or correct the rows there; --leave-out imports all others",
  )
}

/** Records that were deleted since the first run would be imported, and counted, again. */
async function refuseSecond(store: AdminStore): Promise<void> {
  const { items } = await store.listAudit({ action: ACTION, limit: 1 })
  if (items.length === 0) return
  throw new OperatorError(
    'conflict',
    'it was imported before, and USAGE_RETENTION_DAYS may have deleted records since, which would be counted twice',
    'Nothing was changed',
  )
}

function different(
  { userId, month, stated, stored }: Difference,
  differences: number,
): OperatorError {
  return new OperatorError(
    'failed',
    `the totals differ for ${differences} months of users, such as user ${userId} in ${month}: ${stated} tokens there, ${stored} here`,
    `${NOTHING}. If another database was imported here before, start with an empty store`,
  )
}

function freeName(name: string, taken: ReadonlySet<string>): string {
  if (!taken.has(name)) return name
  for (let number = 2; ; number++) if (!taken.has(`${name}-${number}`)) return `${name}-${number}`
}
