/** A gateway that is killed and started again over one data folder, and the mock's ledger to hold its records against. */
import { Database } from 'bun:sqlite'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Failpoint } from '../support/failpoints.ts'
import { startGateway } from '../support/gateway.ts'
import {
  environmentFor,
  FAILPOINT_SERVER,
  type GatewayProcess,
  spawnGateway,
} from '../support/gateway-process.ts'
import {
  chatChunks,
  chatCompletion,
  jsonReply,
  type MockUpstream,
  sseReply,
  startMockUpstream,
} from '../support/mock-upstream.ts'
import { waitFor } from '../support/waiting.ts'

/** Within this time after a restart all that a killed process left is in the store. */
export const RECOVERED_WITHIN_MS = 2_000
const USED = { exact: 18, lost: 1004 }

interface LoadOptions {
  /** Hears how long each request took that was answered. */
  served?: (tookMs: number) => void
  /** No further request is sent after it. */
  until?: Promise<unknown>
}

export interface KillRig {
  mock: MockUpstream
  dataDir: string
  /** Of each start, in turn. */
  start(point?: { at: Failpoint; times: number }): Promise<GatewayProcess>
  /** Asks without pause, `clients` at once, until the gateway is gone or for so long; how many were asked. */
  load(gateway: GatewayProcess, clients: number, options?: LoadOptions): Promise<number>
  database(): Database
  /** Everything that reached the mock has its one record. */
  settled(): Promise<void>
  /** What can't be right, once all is settled; empty where all is. */
  discrepancies(): string[]
  /** Tokens that are leased to somebody; 0 after a stop. */
  leased(): number
  /** How the recorded requests ended. */
  outcomes(): string[]
  journalFiles(): string[]
  close(): Promise<void>
}

export async function startKillRig(env: Record<string, string> = {}): Promise<KillRig> {
  const mock = await startMockUpstream({
    script: ({ body }) =>
      body.includes('"stream":true')
        ? sseReply(chatChunks('one two three four', { usage: true }), { gapMs: 2 })
        : jsonReply(200, chatCompletion('hello')),
  })
  const dataDir = mkdtempSync(join(tmpdir(), 'gpt-proxy-kill-'))
  // Any model goes to it, so that each request can have a name of its own in both ledgers.
  const upstreams = [{ name: 'mock', baseUrl: mock.url, provider: 'compatible' as const }]
  // With a quota, what a killed process had leased and held is to come back as well.
  const quota = { DEFAULT_MONTHLY_QUOTA_TOKENS: '1000000000000' }
  const first = await startGateway({ dataDir, upstreams, env: { ...env, ...quota } })
  await first.stop()
  const { proxyKey } = first
  let asked = 0

  const database = () => {
    const opened = new Database(join(dataDir, 'gpt-proxy.sqlite'), { readwrite: true })
    opened.run('PRAGMA busy_timeout = 5000')
    return opened
  }
  /** Model → how many records it has. */
  const recorded = (): Map<string, number> => {
    using reading = database()
    const rows = reading
      .query<{ model: string; records: number }, []>(
        'SELECT model, count(*) AS records FROM usage_records GROUP BY model',
      )
      .all()
    return new Map(rows.map(({ model, records }) => [model, records]))
  }
  const missing = (): string[] => {
    const records = recorded()
    return sent(mock).filter((model) => !records.has(model))
  }
  /** How long it took. */
  const askOne = async (url: string): Promise<number> => {
    const number = ++asked
    const startedMs = performance.now()
    const response = await fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${proxyKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        model: `m-${number}`,
        stream: number % 2 === 0,
        max_tokens: 1000,
        messages: [{ role: 'user', content: 'Say hello' }],
      }),
    })
    await response.text()
    if (response.status !== 200) throw new Error(`status ${response.status}`)
    return performance.now() - startedMs
  }

  return {
    mock,
    dataDir,
    start: (point) =>
      spawnGateway(
        environmentFor(dataDir, { DRAIN_SECONDS: '2', ...env }),
        point && [FAILPOINT_SERVER, point.at, String(point.times)],
      ),
    async load(gateway, clients, { served = () => {}, until } = {}) {
      const before = asked
      let gone = false
      void Promise.race([gateway.exited, ...(until ? [until] : [])]).then(() => {
        gone = true
      })
      const client = async () => {
        while (!gone) {
          // A connection that drops is what the kill looks like from outside.
          await askOne(gateway.url).then(served, () => Bun.sleep(5))
        }
      }
      await Promise.all(Array.from({ length: clients }, client))
      return asked - before
    },
    database,
    async settled() {
      await waitFor('all that was sent to be recorded', () => missing().length === 0).catch(() => {
        throw new Error(`not recorded: ${missing().join(', ')}`)
      })
    },
    discrepancies() {
      const sentModels = new Set(sent(mock))
      const wrong = missing().map((model) => `${model} was sent and is not recorded`)
      for (const [model, records] of recorded())
        if (records !== 1) wrong.push(`${model} has ${records} records`)
      using reading = database()
      return [...wrong, ...wrongRows(reading, sentModels), ...wrongSums(reading)]
    },
    leased() {
      using reading = database()
      const sum = 'SELECT coalesce(sum(tokens), 0) AS tokens FROM quota_leases'
      return reading.query<{ tokens: number }, []>(sum).get()?.tokens ?? 0
    },
    outcomes() {
      using reading = database()
      const rows = reading.query<{ outcome: string }, []>(
        'SELECT DISTINCT outcome FROM usage_records',
      )
      return rows.all().map(({ outcome }) => outcome)
    },
    journalFiles: () => readdirSync(join(dataDir, 'journal')),
    async close() {
      await mock.close()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

/** The models of the requests that reached the mock. */
function sent(mock: MockUpstream): string[] {
  return mock.ledger.map(({ body }) => (JSON.parse(body) as { model: string }).model)
}

interface Row {
  model: string
  outcome: string
  total_tokens: number
  estimated: number
}

function wrongRows(reading: Database, sentModels: ReadonlySet<string>): string[] {
  const rows = reading
    .query<Row, []>('SELECT model, outcome, total_tokens, estimated FROM usage_records')
    .all()
  return rows.flatMap(({ model, outcome, total_tokens, estimated }) => {
    if (outcome === 'ok' && (total_tokens !== USED.exact || estimated !== 0))
      return [`${model} ended, but counts ${total_tokens}`]
    if (outcome === 'lost' && (total_tokens !== USED.lost || estimated !== 1))
      return [`${model} was lost, but counts ${total_tokens}`]
    // A request may have been written down and not sent; it never ended well then.
    if (outcome === 'ok' && !sentModels.has(model)) return [`${model} is recorded, but never sent`]
    return []
  })
}

function wrongSums(reading: Database): string[] {
  const sums = (table: string, count: string) =>
    JSON.stringify(
      reading
        .query(
          `SELECT coalesce(${count}, 0) AS requests, coalesce(sum(total_tokens), 0) AS tokens FROM ${table}`,
        )
        .get(),
    )
  const ofRecords = sums('usage_records', 'count(*)')
  return ['usage_daily', 'usage_monthly']
    .map((table) => [table, sums(table, 'sum(requests)')])
    .filter(([, sum]) => sum !== ofRecords)
    .map(([table, sum]) => `${table} has ${sum}, the records ${ofRecords}`)
}
