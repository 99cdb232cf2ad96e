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
  /** Opens it as a starting process does; what was open before counts as killed. */
  open(parts?: Partial<JournalOptions>): DiskJournal
  /** From now on each call of this kind fails with the code; null lets it work again. */
  fails(call: Call, code: string | null): void
  /** How often it was called. */
  calls(call: Call): number
  /** Request id → how often the store was given it as new. */
  stored: Map<string, UsageRecord>
  storeIsAway(away: boolean): void
  /** It fails on every batch that has this request. */
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

export function openJournalRig(): JournalRig {
  const folder = mkdtempSync(join(tmpdir(), 'gpt-proxy-journal-'))
  const failing = new Map<Call, string>()
  const counts = new Map<Call, number>()
  const stored = new Map<string, UsageRecord>()
  const logged: string[] = []
  const refused = new Set<string>()
  const opened: DiskJournal[] = []
  let away = false
  let generation = 0

  /** A killed process calls nothing any more: its files are cut off. */
  const filesOf = (mine: number): JournalFiles => {
    const wrapped = Object.entries(journalFiles).map(([name, call]) => [
      name,
      (...given: never[]) => {
        if (mine !== generation) throw coded('KILLED')
        counts.set(name as Call, (counts.get(name as Call) ?? 0) + 1)
        const code = failing.get(name as Call)
        if (code === undefined) return (call as (...given: never[]) => unknown)(...given)
        if (name.startsWith('sync')) return Promise.reject(coded(code))
        throw coded(code)
      },
    ])
    return Object.fromEntries(wrapped) as JournalFiles
  }
  const note = (level: string) => (_: object, message: string) =>
    void logged.push(`${level} ${message}`)

  return {
    folder,
    open(parts = {}) {
      const mine = ++generation
      const journal = openJournal({
        folder,
        sync: 'interval',
        store: {
          async settle(records) {
            if (mine !== generation) throw new Error('this process was killed')
            if (away) throw new Error('the store is away')
            if (records.some(({ requestId }) => refused.has(requestId)))
              throw new Error('not a row')
            const fresh = records.filter(({ requestId }) => !stored.has(requestId))
            for (const record of fresh) stored.set(record.requestId, record)
            return fresh.length
          },
        },
        instanceId: 'instance-1',
        logger: {
          debug: note('debug'),
          info: note('info'),
          warn: note('warn'),
          error: note('error'),
          requestFinished: () => {},
        },
        files: filesOf(mine),
        ...parts,
      })
      opened.push(journal)
      return journal
    },
    fails(call, code) {
      if (code === null) failing.delete(call)
      else failing.set(call, code)
    },
    calls: (call) => counts.get(call) ?? 0,
    stored,
    storeRefuses: (requestId) => void refused.add(requestId),
    storeIsAway(is) {
      away = is
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

function coded(code: string): Error {
  return Object.assign(new Error(code), { code })
}
