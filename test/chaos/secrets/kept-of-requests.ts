/** Everything that a gateway stores or reports about its requests: logs, metrics, rows, and the files of DATA_DIR. */
import { expect } from 'bun:test'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Gateway } from '../../support/gateway.ts'
import { waitFor } from '../../support/waiting.ts'

export interface Kept {
  logs: string
  metrics: string
  rows: string
  journal: string
  /** Of DATA_DIR, as they are on the disk. */
  files: string
}

type Query = (sql: string) => Record<string, unknown>[]

const TABLES = [
  ...['users', 'api_keys', 'upstream_keys', 'usage_records', 'usage_daily', 'usage_by_day'],
  ...['usage_by_user', 'usage_by_month', 'usage_monthly', 'quota_leases', 'model_prices'],
  'audit_log',
]

/** Once the request is everywhere, and each place holds what it should: what is searched for must be there. */
export async function keptOf(gateway: Gateway, query: Query, requestId: string): Promise<Kept> {
  const rows = () => TABLES.map((table) => JSON.stringify(query(`SELECT * FROM ${table}`))).join()
  await waitFor('the record', () => rows().includes(requestId))
  await waitFor('the log line', () => gateway.logs().includes(requestId))
  const metrics = await fetch(`${gateway.origin}/metrics`, {
    headers: { authorization: `Bearer ${gateway.adminKey}` },
  })
  const kept: Kept = {
    logs: gateway.logs(),
    metrics: await metrics.text(),
    rows: rows(),
    journal: filesIn(join(gateway.dataDir, 'journal')),
    files: filesIn(gateway.dataDir),
  }
  expect(kept.journal).toMatch(new RegExp(`\\["E",\\d+,"${requestId}"`))
  expect(kept.metrics).toMatch(/^gpt_proxy_requests_total\{.*\} \d/m)
  expect(kept.logs).toContain('"msg":"request"')
  return kept
}

export function filesIn(folder: string): string {
  return (
    readdirSync(folder, { recursive: true, withFileTypes: true })
      // That one hands the first keys to the operator.
      .filter((entry) => entry.isFile() && entry.name !== 'first-start.env')
      .map(({ parentPath, name }) => readFileSync(join(parentPath, name), 'latin1'))
      .join('\n')
  )
}
