/** How far a connection to PostgreSQL gets: name, TCP, TLS, password, database, migrations, write, pool. */
import { lookup } from 'node:dns/promises'
import type { Client } from 'pg'
import { INSTANCE_ALIVE_MS } from '../../../admin/encryption.ts'
import type { DatabaseAddress } from '../../../core/text/database-address.ts'
import { isoTime } from '../../../core/time/iso-time.ts'
import { DATABASE_STEPS, type DatabaseFault, type DatabaseStep } from '../../../doctor/evidence.ts'
import { databaseFaultOf, type Examined, examineSchema, NOTHING } from '../schema/examine-schema.ts'
import { StoreError } from '../store-error.ts'
import { connected, databaseOver } from './postgres-lock.ts'

const STATEMENT_MS = 5_000
/** In the order they are passed. */
const CONNECTING: readonly DatabaseStep[] = ['name', 'tcp', 'tls', 'password', 'database']
/** Steps as postgres-error.ts words them. */
const STEPS: Readonly<Record<string, DatabaseStep>> = {
  DNS: 'name',
  TCP: 'tcp',
  answer: 'tcp',
  permission: 'write',
  connecting: 'pool',
  pool: 'pool',
}

export async function examinePostgres(address: DatabaseAddress, size: number): Promise<Examined> {
  try {
    // The driver does not distinguish an unknown name from an unreachable host.
    if (!address.host.startsWith('/')) await lookup(address.host)
  } catch (error) {
    const { code = 'unknown' } = error as { code?: string }
    const detail = `the host name ${address.host} is not known (${code})`
    const remedy = 'correct the host in DATABASE_URL or POSTGRES_HOST'
    return { ...NOTHING, fault: { step: 'name', detail, remedy } }
  }
  try {
    return await connected(address, (client) => examined(client, address, size))
  } catch (error) {
    const fault = stepFault(error)
    const at = CONNECTING.indexOf(fault.step)
    const passed = CONNECTING.slice(0, Math.max(1, at)).filter((step) => isTaken(step, address))
    return { ...NOTHING, passed, fault }
  }
}

/** Without TLS, its step does not apply. */
function isTaken(step: DatabaseStep, { sslMode }: DatabaseAddress): boolean {
  return step !== 'tls' || sslMode !== 'disable'
}

async function examined(client: Client, address: DatabaseAddress, size: number): Promise<Examined> {
  await client.query(`set statement_timeout = ${STATEMENT_MS}`)
  const pool = await poolOf(client, size)
  const instances = await instancesOf(client)
  const { db, schema } = databaseOver(client, address)
  const seen = await examineSchema(db, schema)
  const steps = CONNECTING.filter((step) => isTaken(step, address))
  return { ...seen, pool, instances, passed: [...steps, ...seen.passed, 'pool'] }
}

async function poolOf(client: Client, size: number): Promise<NonNullable<Examined['pool']>> {
  const { rows } = await client.query(
    "select count(*)::int as open, current_setting('max_connections')::int as most from pg_stat_activity where backend_type = 'client backend'",
  )
  const { open = 0, most = 0 } = rows[0] ?? {}
  return { open, most, size }
}

/** Those that announced themselves lately; several threads of a process are one. */
async function instancesOf(client: Client): Promise<number> {
  const { rows: found } = await client.query("select to_regclass('instances') is not null as known")
  if (found[0]?.known !== true) return 1
  const { rows } = await client.query(
    'select count(*)::int as instances from instances where seen_at >= $1',
    [isoTime(Date.now() - INSTANCE_ALIVE_MS)],
  )
  return Math.max(1, rows[0]?.instances ?? 1)
}

function stepFault(error: unknown): DatabaseFault {
  const said =
    error instanceof StoreError ? /^PostgreSQL \S+: (\w+): (.*)$/s.exec(error.message) : null
  const [, word = '', detail] = said ?? []
  const known = DATABASE_STEPS.find((step) => step === word.toLowerCase())
  const fault = databaseFaultOf(error, STEPS[word] ?? known ?? 'other')
  return detail === undefined ? fault : { ...fault, detail }
}
