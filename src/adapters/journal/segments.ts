/** The journal's files: numbered segments. The newest is written; each is removed once fully stored. */
import { join } from 'node:path'
import type { JournalFiles } from './files.ts'

const NAME = /^(\d{10})\.journal$/
const SEGMENT_BYTES = 4 * 1024 * 1024

export interface Segment {
  number: number
  path: string
  file: number
  bytes: number
  /** Requests that began in this segment and are not stored yet. */
  begun: number
  /** Records in this segment that are not stored yet. */
  ended: number
  damaged: boolean
}

export interface Segments {
  /** The segment to write to; a new one if there is none or it is full. */
  active(): Segment
  /** Stops writing to the active segment. */
  retire(): void
  find(number: number): Segment | undefined
  /** The next segment after this number. */
  after(number: number): Segment | undefined
  isActive(segment: Segment): boolean
  /** Removes the segment if nothing in it is needed any more. */
  release(segment: Segment): void
  bytes(): number
}

interface Parts {
  folder: string
  files: JournalFiles
  /** Called with a file that is complete and has to be synced and closed. */
  onRetired: (segment: Segment) => void
  /** Segments of earlier processes. */
  left: readonly NumberedFile[]
  segmentBytes: number | undefined
}

export interface NumberedFile {
  number: number
  path: string
}

/** Segments of earlier processes, oldest first. */
export function segmentsIn(folder: string, files: JournalFiles): NumberedFile[] {
  return files
    .list(folder)
    .filter((name) => NAME.test(name))
    .sort()
    .map((name) => ({ number: Number(NAME.exec(name)?.[1]), path: join(folder, name) }))
}

/** Leaves a gap in the numbers between processes: a process's last segment is the one with no successor. */
function firstNumberAfter(left: readonly NumberedFile[]): number {
  const last = left.at(-1)
  return last === undefined ? 1 : last.number + 2
}

export function createSegments(parts: Parts): Segments {
  const { folder, files, onRetired, segmentBytes = SEGMENT_BYTES } = parts
  const kept = new Map<number, Segment>()
  let nextNumber = firstNumberAfter(parts.left)
  let active: Segment | null = null

  const open = (): Segment => {
    const number = nextNumber
    const path = join(folder, `${String(number).padStart(10, '0')}.journal`)
    const file = files.create(path)
    nextNumber++
    const segment = { number, path, file, bytes: 0, begun: 0, ended: 0, damaged: false }
    kept.set(number, segment)
    return segment
  }
  const retire = (): void => {
    if (active === null) return
    const retired = active
    active = null
    onRetired(retired)
    release(retired)
  }
  const release = (segment: Segment): void => {
    if (segment === active || segment.begun > 0 || segment.ended > 0) return
    if (!kept.delete(segment.number)) return
    try {
      quarantineOrRemove(segment, files)
    } catch {
      // It stays on a read-only disk; the next start reads it again, and the store ignores duplicates.
    }
  }

  return {
    active() {
      if (active !== null && active.bytes < segmentBytes) return active
      const next = open()
      retire()
      active = next
      return next
    },
    retire,
    find: (number) => kept.get(number),
    after(number) {
      for (const segment of kept.values()) if (segment.number > number) return segment
      return undefined
    },
    isActive: (segment) => segment === active,
    release,
    bytes() {
      let sum = 0
      for (const segment of kept.values()) sum += segment.bytes
      return sum
    },
  }
}

/** A damaged segment is renamed, so that it is kept for inspection but not read again. */
export function quarantineOrRemove(
  { path, damaged }: { path: string; damaged: boolean },
  files: JournalFiles,
): void {
  if (damaged) files.rename(path, `${path}.damaged`)
  else files.remove(path)
}
