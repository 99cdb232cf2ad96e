/** Holds what a database recorded against what the mock upstream saw. */
import type { MockUpstream } from '../../support/mock/mock-upstream.ts'
import type { KillDatabase } from './kill-databases.ts'

/** Tokens of a request that ended, and of one that was lost: its estimate. */
const USED = { exact: 18, lost: 1004 }
const SUMS = [
  ...['usage_slots', 'usage_by_slot', 'usage_daily', 'usage_by_day', 'usage_by_user'],
  ...['usage_by_month', 'usage_monthly'],
]

export interface KillLedger {
  /** Models of requests that reached the mock and have no record. */
  missing(): Promise<string[]>
  /** What can't be right, once nothing is missing; empty where all is. */
  discrepancies(): Promise<string[]>
  /** Tokens on lease; 0 after a stop. */
  leased(): Promise<number>
  /** How the recorded requests ended. */
  outcomes(): Promise<string[]>
}

export function createKillLedger(mock: MockUpstream, { query }: KillDatabase): KillLedger {
  const sent = sentTo(mock)
  /** Looked for until they are found. */
  let open: string[] = []
  let looked = 0

  const missing = async (): Promise<string[]> => {
    const models = sent()
    open.push(...models.slice(looked))
    looked = models.length
    if (open.length === 0) return []
    const names = open.map((model) => `'${model}'`).join(', ')
    const rows = await query(`SELECT model FROM usage_records WHERE model IN (${names})`)
    const found = new Set(rows.map(({ model }) => model))
    open = open.filter((model) => !found.has(model))
    return open
  }

  return {
    missing,
    async discrepancies() {
      const wrong = (await missing()).map((model) => `${model} was sent and is not recorded`)
      const counted = await query(
        'SELECT model, count(*) AS records FROM usage_records GROUP BY model HAVING count(*) > 1',
      )
      wrong.push(...counted.map(({ model, records }) => `${model} has ${records} records`))
      return [...wrong, ...(await wrongRows(query, new Set(sent()))), ...(await wrongSums(query))]
    },
    async leased() {
      const [row] = await query('SELECT coalesce(sum(tokens), 0) AS tokens FROM quota_leases')
      return Number(row?.tokens)
    },
    async outcomes() {
      const rows = await query('SELECT DISTINCT outcome FROM usage_records')
      return rows.map(({ outcome }) => String(outcome))
    },
  }
}

/** The models of the requests that reached the mock; each request has one of its own. */
function sentTo(mock: MockUpstream): () => readonly string[] {
  const models: string[] = []
  return () => {
    for (const { body } of mock.ledger.slice(models.length))
      models.push((JSON.parse(body) as { model: string }).model)
    return models
  }
}

async function wrongRows(
  query: KillDatabase['query'],
  sentModels: ReadonlySet<string>,
): Promise<string[]> {
  const rows = await query('SELECT model, outcome, total_tokens, estimated FROM usage_records')
  return rows.flatMap((row) => {
    const [model, outcome] = [String(row.model), String(row.outcome)]
    const [tokens, estimated] = [Number(row.total_tokens), Number(row.estimated)]
    if (outcome === 'ok' && (tokens !== USED.exact || estimated !== 0))
      return [`${model} ended, but counts ${tokens}`]
    if (outcome === 'lost' && (tokens !== USED.lost || estimated !== 1))
      return [`${model} was lost, but counts ${tokens}`]
    // A request may have been written down and not sent; it never ended well then.
    if (outcome === 'ok' && !sentModels.has(model)) return [`${model} is recorded, but never sent`]
    return []
  })
}

async function wrongSums(query: KillDatabase['query']): Promise<string[]> {
  const sums = async (table: string, count: string) => {
    const [row] = await query(
      `SELECT coalesce(${count}, 0) AS requests, coalesce(sum(total_tokens), 0) AS tokens FROM ${table}`,
    )
    return `${row?.requests} requests of ${row?.tokens} tokens`
  }
  const ofRecords = await sums('usage_records', 'count(*)')
  const held = await Promise.all(
    SUMS.map(async (table) => ({ table, sum: await sums(table, 'sum(requests)') })),
  )
  return held
    .filter(({ sum }) => sum !== ofRecords)
    .map(({ table, sum }) => `${table} has ${sum}, the records ${ofRecords}`)
}
