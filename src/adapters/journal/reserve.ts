/** Room kept on the disk, given up when it is full so that what runs can still be recorded. */
import { join } from 'node:path'
import type { JournalFiles } from './files.ts'

const RESERVE_BYTES = 512 * 1024

export interface Reserve {
  /** Throws where there is no room, or nothing may be written. */
  take(): void
  /** False where it was given up before. */
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
      // It was not there, or the folder is read-only: either way there is no room to be had.
      return false
    }
    return had
  }
  return {
    take() {
      giveUp()
      const file = files.create(path)
      try {
        // Written and not only allocated: every file system takes that for room in use.
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
