/** Reserved disk space, released when the disk is full so that requests in flight can still be recorded. */
import { join } from 'node:path'
import type { JournalFiles } from './files.ts'

const RESERVE_BYTES = 512 * 1024

export interface Reserve {
  /** Throws if the disk is full or read-only. */
  take(): void
  /** False if it was already released. */
  giveUp(): boolean
  remove(): void
}

export function createReserve(folder: string, files: JournalFiles): Reserve {
  const path = join(folder, 'reserve')
  let held = false
  const giveUp = (): boolean => {
    const had = held
    held = false
    try {
      files.remove(path)
    } catch {
      // It does not exist or the folder is read-only; either way this frees no space.
      return false
    }
    return had
  }
  return {
    take() {
      giveUp()
      const file = files.create(path)
      try {
        // Written, not just allocated: every file system counts that as used.
        const zeros = new Uint8Array(RESERVE_BYTES)
        for (let left = RESERVE_BYTES; left > 0; ) left -= files.write(file, zeros, left)
        held = true
      } finally {
        files.close(file)
        if (!held) giveUp()
      }
    },
    giveUp,
    remove: () => void giveUp(),
  }
}
