/** A gateway that is killed and started again over one data folder, and the mock's ledger to hold its records against. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startGateway } from '../../support/gateway.ts'
import {
  chatChunks,
  chatCompletion,
  jsonReply,
  type MockUpstream,
  sseReply,
  startMockUpstream,
} from '../../support/mock/mock-upstream.ts'
import type { Failpoint } from '../../support/processes/failpoints.ts'
import {
  environmentFor,
  FAILPOINT_SERVER,
  type GatewayProcess,
  spawnGateway,
} from '../../support/processes/gateway-process.ts'
import { waitFor } from '../../support/waiting.ts'
import { embedded, type KillDatabase } from './kill-databases.ts'
import { createKillLedger, type KillLedger } from './kill-ledger.ts'

/** Within this time of the next start, everything that a killed process left is in the store. */
export const RECOVERED_WITHIN_MS = 2_000

interface LoadOptions {
  /** Called with how long each answered request took. */
  served?: (tookMs: number) => void
  /** No further request is sent after it. */
  until?: Promise<unknown>
}

interface Point {
  at: Failpoint
  times: number
}

export interface KillRig extends KillLedger {
  mock: MockUpstream
  dataDir: string
  /** Ends the process that runs, if any, and starts another. */
  start(point?: Point): Promise<GatewayProcess>
  /**
   * Starts it and waits until everything that reached the mock is recorded. `tookMs` leaves out the time for which a
   * busy machine had no processor for it.
   */
  recover(point?: Point): Promise<{ gateway: GatewayProcess; tookMs: number }>
  /** Sends requests without pause, `clients` at a time, until the gateway or `until` ends. Returns their number. */
  load(gateway: GatewayProcess, clients: number, options?: LoadOptions): Promise<number>
  journalFiles(): string[]
  close(): Promise<void>
}

/** What outlives one process: its folder, the ledger, and the number of requests. */
interface Killing {
  dataDir: string
  env: Record<string, string>
  proxyKey: string
  ledger: KillLedger
  /** Requests so far; each has a model of its own. */
  asked: number
  running: GatewayProcess | null
}

export async function startKillRig(
  settings: Record<string, string> = {},
  open: (dataDir: string) => Promise<KillDatabase> = embedded,
): Promise<KillRig> {
  const mock = await startMockUpstream({
    script: ({ body }) =>
      body.includes('"stream":true')
        ? sseReply(chatChunks('one two three four', { usage: true }), { gapMs: 2 })
        : jsonReply(200, chatCompletion('hello')),
  })
  const dataDir = mkdtempSync(join(tmpdir(), 'gpt-proxy-kill-'))
  const database = await open(dataDir)
  // Any model goes to it, so that each request can have a name of its own in both ledgers.
  const upstreams = [{ name: 'mock', baseUrl: mock.url, provider: 'compatible' as const }]
  const env = {
    DRAIN_SECONDS: '2',
    // With a quota, what a killed process had leased and held is to come back as well.
    DEFAULT_MONTHLY_QUOTA_TOKENS: '1000000000000',
    ...database.env,
    ...settings,
  }
  const first = await startGateway({ dataDir, upstreams, env })
  await first.stop()
  const ledger = createKillLedger(mock, database)
  const { proxyKey } = first
  const killing: Killing = { dataDir, env, proxyKey, ledger, asked: 0, running: null }

  return {
    ...ledger,
    mock,
    dataDir,
    start: (point) => start(killing, point),
    recover: (point) => recover(killing, point),
    load: (gateway, clients, options) => load(killing, gateway, clients, options),
    journalFiles: () => readdirSync(join(dataDir, 'journal')),
    async close() {
      await end(killing)
      await mock.close()
      await database.close()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

/** Ends the process that a failed test left, so that the next test fails only for reasons of its own. */
async function end({ running }: Killing): Promise<void> {
  running?.signal('SIGKILL')
  await running?.exited
}

async function start(killing: Killing, point?: Point): Promise<GatewayProcess> {
  await end(killing)
  killing.running = await spawnGateway(
    environmentFor(killing.dataDir, killing.env),
    point && [FAILPOINT_SERVER, point.at, String(point.times)],
  )
  return killing.running
}

async function recover(killing: Killing, point?: Point): ReturnType<KillRig['recover']> {
  const { ledger } = killing
  const startedMs = performance.now()
  const gateway = await start(killing, point)
  const allRecorded = async () => (await ledger.missing()).length === 0
  await waitFor('all that was sent to be recorded', allRecorded).catch(async () => {
    throw new Error(`not recorded: ${(await ledger.missing()).join(', ')}`)
  })
  return { gateway, tookMs: performance.now() - startedMs - waitedForProcessorMs(gateway.pid) }
}

async function load(
  killing: Killing,
  gateway: GatewayProcess,
  clients: number,
  { served = () => {}, until }: LoadOptions = {},
): Promise<number> {
  const before = killing.asked
  let gone = false
  void Promise.race([gateway.exited, ...(until ? [until] : [])]).then(() => {
    gone = true
  })
  const client = async () => {
    while (!gone) {
      // A connection that drops is what the kill looks like from outside.
      await ask(gateway.url, killing.proxyKey, ++killing.asked).then(served, () => Bun.sleep(5))
    }
  }
  await Promise.all(Array.from({ length: clients }, client))
  return killing.asked - before
}

/** Every other request is a stream. Returns how long it took, in milliseconds. */
async function ask(url: string, proxyKey: string, number: number): Promise<number> {
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

/** The second of three figures, in nanoseconds. */
function waitedForProcessorMs(pid: number): number {
  const path = `/proc/${pid}/schedstat`
  return existsSync(path) ? Number(readFileSync(path, 'utf8').split(' ')[1]) / 1e6 : 0
}
