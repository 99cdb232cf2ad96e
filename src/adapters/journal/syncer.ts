/** Brings what was written to the disk, for many requests with one call. */
import type { JournalFiles } from './files.ts'
import type { Segment } from './segments.ts'

export type SyncMode = 'always' | 'interval' | 'off'

export interface Syncer {
  wrote(segment: Segment): void
  /** Written no more: closed once it is on the disk. */
  retired(segment: Segment): void
  /** Everything written so far is on the disk. Rejects where that is not so. */
  synced(): Promise<void>
  /** Nothing is synced any more. */
  close(): void
}

/** `onFailure` is told of each call that failed: what it was to save may be gone. */
export function createSyncer(
  mode: SyncMode,
  folder: string,
  files: JournalFiles,
  onFailure: (error: unknown) => void,
): Syncer {
  // Open for good: where no file is left for it later, a call to sync would fail, and nobody knew what was lost.
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
  /** Who comes while one runs waits for the next, all together. */
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
