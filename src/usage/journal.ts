/** Records what a request will use before the upstream call, and what it did use when it ends. */
import type { JournalEntry } from './journal-entry.ts'
import type { UsageRecord } from './record.ts'

/** `full` and `read_only` recover on their own; `failed` means the disk lost data, and only a restart clears it. */
export type JournalState = 'healthy' | 'full' | 'read_only' | 'failed'

export interface JournalHealth {
  state: JournalState
  /** Ended but not yet stored. */
  waitingRecords: number
  /** Age of the oldest such record; 0 if there is none. */
  oldestWaitingMs: number
  /** Size on disk. */
  bytes: number
  syncFailures: number
  /** Byte ranges that differ from what was written. */
  damaged: number
  /** Records the store never accepted. */
  refused: number
}

export interface Journal {
  /**
   * Called before the request is sent. Throws or rejects with `journal_unavailable`; the request must then not
   * be sent. Resolves once the entry is written, and with `JOURNAL_SYNC=always` once it is on disk.
   */
  begin(entry: JournalEntry): Promise<void>
  /** Exactly once for each request that began. Never fails, never waits. */
  end(record: UsageRecord): void
  health(): JournalHealth
}
