/** The journal's files: numbered segments, of which the newest is written and each goes once all of it is stored. */
import { join } from 'node:path'
import type { JournalFiles } from './files.ts'

const NAME = /^(\d{10})\.journal$/
const SEGMENT_BYTES = 4 * 1024 * 1024

export interface Segment {
  number: number
  path: string
  file: number
  bytes: number
  /** Requests that began here and are not in the store yet. */
  begun: number
  /** Records that stand here and are not in the store yet. */
  ended: number
  damaged: boolean
}

export interface Segments {
  /** The one to write to; a new one where there is none or it is full. */
  active(): Segment
  /** Nothing more is written to the active one. */
  retire(): void
  find(number: number): Segment | undefined
  /** The next one behind this number. */
  after(number: number): Segment | undefined
  isActive(segment: Segment): boolean
  /** Removes it where nothing in it is needed any more. */
  release(segment: Segment): void
  bytes(): number
}

interface Parts {
  folder: string
  files: JournalFiles
  /** Told of a file that is written no more; it is to be synced and closed. */
  onRetired: (segment: Segment) => void
  /** Of earlier processes. */
  left: readonly NumberedFile[]
  segmentBytes: number | undefined
}

export interface NumberedFile {
  number: number
  path: string
}

/** What earlier processes left, the oldest first. */
export function segmentsIn(folder: string, files: JournalFiles): NumberedFile[] {
  return files
    .list(folder)
    .filter((name) => NAME.test(name))
    .sort()
    .map((name) => ({ number: Number(NAME.exec(name)?.[1]), path: join(folder, name) }))
}

/** A number is left out between two processes: the last segment of each is the one whose next is missing. */
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
      setAsideOrRemove(segment, files)
    } catch {
      // On a disk that can't be written it stays; the next start reads it, and the store knows its records.
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

/** A damaged one is kept for whoever wants to look: renamed, so that it is not read again. */
export function setAsideOrRemove(
  { path, damaged }: { path: string; damaged: boolean },
  files: JournalFiles,
): void {
  if (damaged) files.rename(path, `${path}.damaged`)
  else files.remove(path)
}
