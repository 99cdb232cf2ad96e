/** A gateway on PostgreSQL under load, and the count of what it served against what the database then holds. */
import { expect } from 'bun:test'
import { type Gateway, startGateway } from '../../support/gateway.ts'
import { type MockUpstream, startMockUpstream } from '../../support/mock/mock-upstream.ts'
import {
  PASSWORD,
  type PostgresServer,
  startPostgres,
} from '../../support/servers/postgres-server.ts'
import { startTcpRelay, type TcpRelay } from '../../support/servers/tcp-relay.ts'
import { pause, waitFor } from '../../support/waiting.ts'

export interface PostgresRig {
  server: PostgresServer
  relay: TcpRelay
  gateway: Gateway
  mock: MockUpstream
  close(): Promise<void>
}

/** Owned by a user of its own, as an operator would have it. */
export const APPLICATION = 'app'
const QUOTA = 100_000_000
export const AWAY_SECONDS = Number(process.env.CHAOS_POSTGRES_SECONDS ?? 10)
const RATE = Number(process.env.CHAOS_POSTGRES_RATE ?? 60)
/** What has piled up while it was away takes its time, on a busy machine as well. */
export const DRAINED_WITHIN_MS = 60_000 + AWAY_SECONDS * 300

export async function startPostgresRig(env: Record<string, string> = {}): Promise<PostgresRig> {
  const server = await startPostgres()
  server.sql(`create role ${APPLICATION} login password '${PASSWORD}'`)
  server.sql(`create database ${APPLICATION} owner ${APPLICATION}`)
  const relay = await startTcpRelay(server.port)
  const mock = await startMockUpstream()
  const gateway = await startGateway({
    upstreams: [{ name: 'main', baseUrl: mock.url, models: ['m'] }],
    env: {
      DATABASE_URL: `postgres://${APPLICATION}:${PASSWORD}@127.0.0.1:${relay.port}/${APPLICATION}`,
      ENCRYPTION_KEY: '0123456789abcdef'.repeat(4),
      DRAIN_SECONDS: '2',
      ...env,
    },
  })
  const rig: PostgresRig = {
    server,
    relay,
    gateway,
    mock,
    async close() {
      mock.dropConnections()
      await gateway.stop()
      await mock.close()
      relay.close()
      // After a failover it is another one.
      await rig.server.close()
    },
  }
  await giveQuota(rig)
  return rig
}

export interface Load {
  /** Ends it; all that was asked, with what was answered. */
  stop(): Promise<Map<string, number>>
}

/** Far more than a test uses, so that only a ledger that can't be asked is in the way of a request. */
async function giveQuota({ server, gateway }: PostgresRig): Promise<void> {
  server.sql(`update users set monthly_quota_tokens = ${QUOTA}`, APPLICATION)
  await waitFor('the quota to be known', async () => {
    const reply = await gateway.chat({ model: 'm', messages: [], max_tokens: 2 * QUOTA })
    await reply.arrayBuffer()
    return reply.status === 429
  })
}

/** Asks at an even rate, whether the answers come or not. */
export function startLoad({ gateway }: PostgresRig): Load {
  const answers = new Map<string, number>()
  const inFlight = new Set<Promise<void>>()
  const startedMs = performance.now()
  let asked = 0
  const ask = async () => {
    const body = { model: 'm', messages: [{ role: 'user', content: 'Hello' }] }
    const reply = await gateway.chat(body)
    await reply.arrayBuffer()
    answers.set(reply.headers.get('x-request-id') ?? `none ${answers.size}`, reply.status)
  }
  const timer = setInterval(() => {
    for (const due = ((performance.now() - startedMs) / 1000) * RATE; asked < due; asked++) {
      const one: Promise<void> = ask()
        .catch((error) => void answers.set(`${error} ${answers.size}`, 0))
        .finally(() => inFlight.delete(one))
      inFlight.add(one)
    }
  }, 5)
  return {
    async stop() {
      clearInterval(timer)
      await Promise.all(inFlight)
      return answers
    },
  }
}

/** Load before, during and after `trouble`; then every request was served and is recorded once. */
export async function throughTrouble(
  rig: PostgresRig,
  trouble: () => Promise<void>,
): Promise<void> {
  const before = rig.mock.ledger.length
  const load = startLoad(rig)
  await pause(1_000)
  await trouble()
  await pause(1_000)
  const answers = await load.stop()
  const failed = [...answers].filter(([, status]) => status !== 200)
  expect(failed).toEqual([])
  expect(rig.mock.ledger.length - before).toBe(answers.size)
  await exactlyOnce(rig, answers)
}

async function exactlyOnce(
  { server, mock }: PostgresRig,
  answers: ReadonlyMap<string, number>,
): Promise<void> {
  const sql = (text: string) => server.sql(text, APPLICATION)
  const recorded = () => Number(sql('select count(*) as n from usage_records')[0]?.n)
  const { length: sent } = mock.ledger
  const startedMs = performance.now()
  // Asked seldom: the machine is to drain, not to count.
  while (recorded() < sent && performance.now() - startedMs < DRAINED_WITHIN_MS) await pause(100)
  const drainedMs = Math.round(performance.now() - startedMs)
  console.log(`${answers.size} requests served and recorded, the last ${drainedMs} ms after`)
  await pause(300)
  expect(recorded()).toBe(sent)
  const rows = sql(`select request_id, total_tokens, outcome from usage_records`)
  const ids = new Set(rows.map(({ request_id }) => request_id))
  expect([...answers.keys()].filter((id) => !ids.has(id))).toEqual([])
  expect(rows.filter(({ outcome }) => outcome !== 'ok')).toEqual([])
  const sums = 'sum(total_tokens) as tokens'
  const [records] = sql(`select count(*) as requests, ${sums} from usage_records`)
  for (const table of [
    'usage_monthly',
    'usage_daily',
    'usage_by_month',
    'usage_by_day',
    'usage_by_slot',
    'usage_by_user',
  ]) {
    const [summed] = sql(`select sum(requests) as requests, ${sums} from ${table}`)
    expect([table, summed]).toEqual([table, records])
  }
}
