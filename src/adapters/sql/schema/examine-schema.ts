/** Checks an open database: its migrations, speed, and whether it is writable; the test write is rolled back. */
import type { Kysely } from 'kysely'
import { isoTime } from '../../../core/time/iso-time.ts'
import type { DatabaseFault, DatabaseStep } from '../../../doctor/evidence.ts'
import { statementMs } from '../examination.ts'
import { StoreError } from '../store-error.ts'
import type { SchemaMigrations } from './migrate.ts'
import type { Tables } from './schema.ts'

export interface Examined {
  passed: readonly DatabaseStep[]
  fault: DatabaseFault | null
  pendingMigrations: readonly string[]
  latencyMs: number
  pool: { open: number; most: number; size: number } | null
  /** Connected gateways, as far as that can be known. */
  instances: number
}

export const NOTHING: Examined = {
  passed: [],
  fault: null,
  pendingMigrations: [],
  latencyMs: 0,
  pool: null,
  instances: 1,
}

/** Thrown to roll back the test write. */
const UNDO = new Error('undone')

export async function examineSchema(
  db: Kysely<Tables>,
  schema: SchemaMigrations,
): Promise<Pick<Examined, 'passed' | 'fault' | 'pendingMigrations' | 'latencyMs'>> {
  const latencyMs = Math.round(10 * (await statementMs(db))) / 10
  try {
    await schema.refuseNewer()
  } catch (error) {
    return { ...NOTHING, latencyMs, fault: databaseFaultOf(error, 'newer') }
  }
  const states = await schema.status()
  const pendingMigrations = states
    .filter(({ executedAt }) => executedAt === null)
    .map(({ name }) => name)
  const empty = pendingMigrations.length === states.length
  const fault = empty ? null : await tryWriting(db)
  const passed: DatabaseStep[] = fault === null ? ['migrations', 'write'] : ['migrations']
  return { passed, fault, pendingMigrations, latencyMs }
}

async function tryWriting(db: Kysely<Tables>): Promise<DatabaseFault | null> {
  const line = { at: isoTime(Date.now()), actor: 'doctor', action: 'doctor.write', subject: '-' }
  try {
    await db.transaction().execute(async (step) => {
      await step.insertInto('audit_log').values(line).execute()
      throw UNDO
    })
    return null
  } catch (error) {
    return error === UNDO ? null : databaseFaultOf(error, 'write')
  }
}

export function databaseFaultOf(error: unknown, step: DatabaseStep): DatabaseFault {
  const detail = error instanceof Error ? error.message : String(error)
  return { step, detail, remedy: error instanceof StoreError ? error.remedy : 'see what it says' }
}
