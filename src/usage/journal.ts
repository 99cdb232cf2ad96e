/** Keeps what a request will use, before its upstream is called, and what it did use, at its end. */
import type { JournalEntry } from './journal-entry.ts'
import type { UsageRecord } from './record.ts'

/** `full` and `read_only` end by themselves; `failed` means the disk lost something: only a restart ends it. */
export type JournalState = 'healthy' | 'full' | 'read_only' | 'failed'

export interface JournalHealth {
  state: JournalState
  /** Ended, but not in the store yet. */
  waitingRecords: number
  /** Since the oldest of them ended; 0 where there is none. */
  oldestWaitingMs: number
  /** On disk. */
  bytes: number
  syncFailures: number
  /** Stretches of bytes that were not what had been written. */
  damaged: number
  /** Records that the store never took. */
  refused: number
}

export interface Journal {
  /**
   * Before the request is sent. Throws or rejects with `journal_unavailable`: then the request must not be sent.
   * Resolves once it is written, with `JOURNAL_SYNC=always` once it is on the disk.
   */
  begin(entry: JournalEntry): Promise<void>
  /** Exactly once for each that began. Never fails, never waits. */
  end(record: UsageRecord): void
  health(): JournalHealth
}
