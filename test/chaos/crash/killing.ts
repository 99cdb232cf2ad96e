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

/** From the moment at which it is started again: by then all that a killed process left is in the store. */
export const RECOVERED_WITHIN_MS = 2_000

interface LoadOptions {
  /** Hears how long each request took that was answered. */
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
  /** Of each start, in turn. */
  start(point?: Point): Promise<GatewayProcess>
  /**
   * Starts it and waits until everything that reached the mock is recorded; with the time of both, less that
   * for which a busy machine had no processor for it.
   */
  recover(point?: Point): Promise<{ gateway: GatewayProcess; tookMs: number }>
  /** Asks without pause, `clients` at once, until the gateway is gone or for so long; how many were asked. */
  load(gateway: GatewayProcess, clients: number, options?: LoadOptions): Promise<number>
  journalFiles(): string[]
  close(): Promise<void>
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
  const { proxyKey } = first
  const ledger = createKillLedger(mock, database)
  let asked = 0
  let running: GatewayProcess | null = null

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
  /** One that a failed test left is ended first, so that the next test fails only for reasons of its own. */
  const end = async () => {
    running?.signal('SIGKILL')
    await running?.exited
  }
  const start = async (point?: Point) => {
    await end()
    running = await spawnGateway(
      environmentFor(dataDir, env),
      point && [FAILPOINT_SERVER, point.at, String(point.times)],
    )
    return running
  }

  return {
    ...ledger,
    mock,
    dataDir,
    start,
    async recover(point) {
      const startedMs = performance.now()
      const gateway = await start(point)
      const allRecorded = async () => (await ledger.missing()).length === 0
      await waitFor('all that was sent to be recorded', allRecorded).catch(async () => {
        throw new Error(`not recorded: ${(await ledger.missing()).join(', ')}`)
      })
      return { gateway, tookMs: performance.now() - startedMs - waitedForProcessorMs(gateway.pid) }
    },
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
    journalFiles: () => readdirSync(join(dataDir, 'journal')),
    async close() {
      await end()
      await mock.close()
      await database.close()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

/** The kernel counts it in nanoseconds, as the second of three figures. */
function waitedForProcessorMs(pid: number): number {
  const path = `/proc/${pid}/schedstat`
  return existsSync(path) ? Number(readFileSync(path, 'utf8').split(' ')[1]) / 1e6 : 0
}
