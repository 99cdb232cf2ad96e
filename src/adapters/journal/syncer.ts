/** Syncs written data to disk, one call for many requests. */
import type { JournalFiles } from './files.ts'
import type { Segment } from './segments.ts'

export type SyncMode = 'always' | 'interval' | 'off'

export interface Syncer {
  wrote(segment: Segment): void
  /** The segment is complete: it is closed once it is on disk. */
  retired(segment: Segment): void
  /** Resolves when everything written so far is on disk; rejects otherwise. */
  synced(): Promise<void>
  /** Stops syncing. */
  close(): void
}

/** `onFailure` is called for each failed sync: the data may be lost. */
export function createSyncer(
  mode: SyncMode,
  folder: string,
  files: JournalFiles,
  onFailure: (error: unknown) => void,
): Syncer {
  // Kept open: opening it later could fail for lack of file descriptors, and it would be unclear what was lost.
  const names = mode === 'off' ? null : files.openFolder(folder)
  const dirty = new Set<Segment>()
  const retired = new Set<Segment>()
  const known = new Set<Segment>()
  let running = false
  let waiting: PromiseWithResolvers<void> | null = null

  const syncAll = async (): Promise<void> => {
    const segments = [...dirty]
    const closing = [...retired]
    dirty.clear()
    retired.clear()
    try {
      if (names === null) return
      const fresh = segments.filter((segment) => !known.has(segment))
      await Promise.all(segments.map(({ file }) => files.sync(file)))
      if (fresh.length > 0) await files.syncFolder(names)
      for (const segment of fresh) known.add(segment)
    } finally {
      for (const segment of closing) {
        known.delete(segment)
        files.close(segment.file)
      }
    }
  }
  /** Callers that arrive during a sync share the next one. */
  const run = async (): Promise<void> => {
    running = true
    while (waiting !== null) {
      const group: PromiseWithResolvers<void> = waiting
      waiting = null
      try {
        await syncAll()
        group.resolve()
      } catch (error) {
        onFailure(error)
        group.reject(error)
      }
    }
    running = false
  }

  return {
    wrote: (segment) => void dirty.add(segment),
    retired: (segment) => void retired.add(segment),
    synced() {
      if (!running && dirty.size === 0 && retired.size === 0) return Promise.resolve()
      waiting ??= Promise.withResolvers<void>()
      const { promise } = waiting
      if (!running) void run()
      return promise
    },
    close() {
      if (names !== null) files.close(names)
    },
  }
}
