/** DB-1: how far does a connection get, is there space, and was everything stored? */
import type { DatabaseEvidence, MalformedSeen } from '../evidence.ts'
import { type Finding, failing, ok, warning } from '../finding.ts'

const LITTLE_MB = 500
const NONE_MB = 20
const MAX_NAMED = 5

export function judgeDatabase(evidence: DatabaseEvidence): Finding[] {
  const { passed, fault, pendingMigrations, pool, ...at } = evidence
  const figures = {
    place: at.place,
    path: at.path,
    user: at.user,
    host: at.host,
    port: at.port,
    dbUser: at.dbUser,
    database: at.database,
    freeMb: at.freeMb,
    latencyMs: at.latencyMs,
    steps: passed.join(', '),
  }
  const findings: Finding[] = []
  if (at.freeMb < NONE_MB) findings.push(failing('db.disk', figures))
  else if (at.freeMb < LITTLE_MB) findings.push(warning('db.disk', figures))
  if (fault !== null) {
    const { step, detail, remedy } = fault
    return [failing(`db.${step}`, { ...figures, step, detail, remedy, ...poolFigures(pool) })]
  }
  const { quarantined } = at
  if (quarantined.length > 0) {
    const names = quarantined.slice(0, MAX_NAMED).join(', ')
    findings.push(warning('db.set-aside', { ...figures, files: quarantined.length, names }))
  }
  if (at.isNew) return [...findings, ok('db.new', figures)]
  if (pendingMigrations.length > 0) {
    const names = pendingMigrations.join(', ')
    findings.push(
      warning('db.migrations', { ...figures, pending: pendingMigrations.length, names }),
    )
  }
  for (const row of at.malformed.slice(0, MAX_NAMED)) findings.push(malformed(row, at.place))
  if (pool !== null && pool.open + pool.size > pool.most)
    findings.push(warning('db.pool', { ...figures, ...poolFigures(pool) }))
  const room = pool === null ? 'SQLite' : `${pool.open}/${pool.most}`
  return [...findings, ok('db.ok', { ...figures, pool: room })]
}

function malformed({ table, id, reason, repair }: MalformedSeen, place: string): Finding {
  const figures = { table, row: id, reason, repair, store: place.replace(/^SQLite /, '') }
  if (repair === null) return failing('db.row', figures)
  return failing(place.startsWith('SQLite') ? 'db.row-sqlite' : 'db.row-postgres', figures)
}

function poolFigures(pool: DatabaseEvidence['pool']) {
  return pool === null ? {} : { open: pool.open, most: pool.most, poolSize: pool.size }
}
