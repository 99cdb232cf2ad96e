/** `bun bench/parts/journal.ts`: the processor time that the usage journal takes from each request. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openJournal } from '../../src/adapters/journal/journal.ts'
import type { SyncMode } from '../../src/adapters/journal/syncer.ts'
import type { Journal } from '../../src/usage/journal.ts'
import { type JournalEntry, lostRecord } from '../../src/usage/journal-entry.ts'
import type { UsageRecord } from '../../src/usage/record.ts'

const REQUESTS = 102_400
/** Between two looks at the clock; the pauses are long enough for the store to keep up. */
const AT_ONCE = 64
/** Requests that begin together, and end together. */
const A_TURN = [1, 8, 64]

const entry: JournalEntry = {
  requestId: 'req_AaIIoZ9Xd1qQlDhK4NIQ6Q',
  startedAtMs: 1_795_000_000_000,
  userId: 1,
  apiKeyId: 2,
  endpoint: 'chat/completions',
  model: 'gpt-4o-mini',
  stream: true,
  tokens: 1_004,
  reservedTokens: 0,
}
const record: UsageRecord = {
  ...lostRecord(entry),
  upstream: 'main',
  provider: 'openai',
  upstreamModel: 'gpt-4o-mini',
  upstreamKeyId: 3,
  outcome: 'ok',
  status: 200,
  attempts: [{ upstreamKeyId: 3, upstream: 'main', status: 200, failure: null, ambiguous: false }],
  durationMs: 123.456789,
  firstTokenMs: 12.3456,
}

const nothing = () => {}
const logger = {
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  requestFinished: nothing,
}
const NO_JOURNAL: Pick<Journal, 'begin' | 'end'> = { begin: async () => {}, end: nothing }

/** Microseconds of processor time a request, of the calls and of what runs after them until all is stored. */
async function measure(
  journal: Pick<Journal, 'begin' | 'end'>,
  aTurn: number,
  settled: () => Promise<unknown>,
): Promise<{ calls: number; behind: number }> {
  let number = 0
  let calls = 0
  const from = process.cpuUsage()
  for (let done = 0; done < REQUESTS; done += AT_ONCE) {
    const turns = Array.from({ length: AT_ONCE / aTurn }, () =>
      Array.from({ length: aTurn }, () => `req_AaIIoZ9Xd1qQlDh${++number}`),
    )
    const before = process.cpuUsage()
    for (const ids of turns) {
      await Promise.all(ids.map((requestId) => journal.begin({ ...entry, requestId })))
      for (const requestId of ids) journal.end({ ...record, requestId })
    }
    const { user, system } = process.cpuUsage(before)
    calls += user + system
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
  await settled()
  const { user, system } = process.cpuUsage(from)
  return { calls: calls / REQUESTS, behind: (user + system - calls) / REQUESTS }
}

async function withJournal(
  sync: SyncMode,
  aTurn: number,
): Promise<{ calls: number; behind: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'gpt-proxy-bench-journal-'))
  // The store takes everything at once and for nothing.
  const store = { settle: async (records: readonly UsageRecord[]) => records.length }
  const journal = openJournal({ folder, sync, store, instanceId: 'bench', logger })
  const cost = await measure(journal, aTurn, () => journal.stop(10_000))
  rmSync(folder, { recursive: true })
  return cost
}

for (const aTurn of A_TURN) {
  await measure(NO_JOURNAL, aTurn, async () => {})
  const without = await measure(NO_JOURNAL, aTurn, async () => {})
  for (const sync of ['interval', 'off'] as const) {
    await withJournal(sync, aTurn)
    const { calls, behind } = await withJournal(sync, aTurn)
    const [way, rest] = [calls - without.calls, behind - without.behind]
    console.log(
      `JOURNAL_SYNC=${sync}, ${aTurn} a turn: ${way.toFixed(2)} µs of CPU a request, and ${rest.toFixed(2)} behind it`,
    )
  }
}
