/** A usage journal over a temporary folder whose disk and store fail when a test says so. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type JournalFiles, journalFiles } from '../../src/adapters/journal/files.ts'
import {
  type DiskJournal,
  type JournalOptions,
  openJournal,
} from '../../src/adapters/journal/journal.ts'
import { type JournalEntry, lostRecord } from '../../src/usage/journal-entry.ts'
import type { UsageRecord } from '../../src/usage/record.ts'

type Call = keyof JournalFiles

export interface JournalRig {
  folder: string
  /** Opens the journal as a starting process does; the one that was open before counts as killed. */
  open(parts?: Partial<JournalOptions>): DiskJournal
  /** From now on each call of this kind fails with the code; null ends that. */
  fails(call: Call, code: string | null): void
  /** How often it was called. */
  calls(call: Call): number
  /** By request id. */
  stored: Map<string, UsageRecord>
  storeIsAway(away: boolean): void
  /** The store fails on every batch that contains this request. */
  storeRefuses(requestId: string): void
  /** Lines that were logged, as `level message`. */
  logged: string[]
  close(): Promise<void>
}

export function entry(number: number): JournalEntry {
  return {
    requestId: `req_${number}`,
    startedAtMs: 1_795_000_000_000 + number,
    userId: 1,
    apiKeyId: 1,
    endpoint: 'chat/completions',
    model: 'gpt-4o',
    stream: false,
    tokens: 1000,
    reservedTokens: 0,
  }
}

export function ended(number: number): UsageRecord {
  return {
    ...lostRecord(entry(number)),
    outcome: 'ok',
    status: 200,
    totalTokens: 18,
    estimated: false,
  }
}

interface RigState {
  folder: string
  failing: Map<Call, string>
  counts: Map<Call, number>
  stored: Map<string, UsageRecord>
  logged: string[]
  refused: Set<string>
  opened: DiskJournal[]
  away: boolean
  /** Of the process that runs; those before it count as killed. */
  generation: number
}

export function openJournalRig(): JournalRig {
  const state: RigState = {
    folder: mkdtempSync(join(tmpdir(), 'gpt-proxy-journal-')),
    failing: new Map(),
    counts: new Map(),
    stored: new Map(),
    logged: [],
    refused: new Set(),
    opened: [],
    away: false,
    generation: 0,
  }
  const { folder, failing, counts, stored, logged, refused, opened } = state
  return {
    folder,
    open: (parts = {}) => openNext(state, parts),
    fails(call, code) {
      if (code === null) failing.delete(call)
      else failing.set(call, code)
    },
    calls: (call) => counts.get(call) ?? 0,
    stored,
    storeRefuses: (requestId) => void refused.add(requestId),
    storeIsAway(is) {
      state.away = is
    },
    logged,
    async close() {
      failing.clear()
      // Those that were killed can't touch their files any more; only their timers end.
      await Promise.all(opened.map((journal) => journal.stop(0).catch(() => {})))
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function openNext(state: RigState, parts: Partial<JournalOptions>): DiskJournal {
  const generation = ++state.generation
  const journal = openJournal({
    folder: state.folder,
    sync: 'interval',
    store: storeFor(state, generation),
    instanceId: 'instance-1',
    logger: loggerInto(state.logged),
    files: filesFor(state, generation),
    ...parts,
  })
  state.opened.push(journal)
  return journal
}

/** A killed process no longer calls anything: its files fail. */
function filesFor(state: RigState, generation: number): JournalFiles {
  const wrapped = Object.entries(journalFiles).map(([name, call]) => [
    name,
    (...given: never[]) => {
      if (generation !== state.generation) throw coded('KILLED')
      state.counts.set(name as Call, (state.counts.get(name as Call) ?? 0) + 1)
      const code = state.failing.get(name as Call)
      if (code === undefined) return (call as (...given: never[]) => unknown)(...given)
      if (name.startsWith('sync')) return Promise.reject(coded(code))
      throw coded(code)
    },
  ])
  return Object.fromEntries(wrapped) as JournalFiles
}

function storeFor(state: RigState, generation: number): JournalOptions['store'] {
  const { stored, refused } = state
  return {
    async settle(records) {
      if (generation !== state.generation) throw new Error('this process was killed')
      if (state.away) throw new Error('the store is away')
      if (records.some(({ requestId }) => refused.has(requestId))) throw new Error('not a row')
      const fresh = records.filter(({ requestId }) => !stored.has(requestId))
      for (const record of fresh) stored.set(record.requestId, record)
      return fresh.length
    },
  }
}

function loggerInto(logged: string[]): JournalOptions['logger'] {
  const note = (level: string) => (_: object, message: string) =>
    void logged.push(`${level} ${message}`)
  return {
    debug: note('debug'),
    info: note('info'),
    warn: note('warn'),
    error: note('error'),
    requestFinished: () => {},
  }
}

function coded(code: string): Error {
  return Object.assign(new Error(code), { code })
}
