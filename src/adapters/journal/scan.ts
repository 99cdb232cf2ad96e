/** Reads a journal's bytes: every line that is whole, and where the damage is. */
import { type Checksum, type JournalItem, readLine } from './format.ts'

/** Offsets from the start of what was scanned. */
export interface Damage {
  offset: number
  length: number
}

export interface Scan {
  items: JournalItem[]
  damage: Damage[]
  /** How far it was read: behind the last end of a line. */
  read: number
}

export interface TailScan {
  items: JournalItem[]
  /** Bytes of a line that was being written when the process or the machine went down. */
  torn: number
}

const LINE_END = 0x0a
/** Before a CRC there are this many bytes to be looked at: a line is never shorter. */
const SHORTEST_LINE = 10
/** A line is one record; longer stretches without a line end are no records at all. */
const MAX_LINE = 1024 * 1024

/** All lines that have their end. */
export function scanLines(bytes: Uint8Array, checksum: Checksum): Scan {
  const scan: Scan = { items: [], damage: [], read: 0 }
  for (;;) {
    const end = bytes.indexOf(LINE_END, scan.read)
    if (end < 0) return scan
    const item = readLine(bytes.subarray(scan.read, end), checksum)
    if (item !== null) scan.items.push(item)
    else rescue(bytes.subarray(scan.read, end + 1), scan.read, scan, checksum)
    scan.read = end + 1
  }
}

/**
 * What stands behind the last line end of the newest segment. A whole record there lost only its
 * line end; anything else was torn, and its request was not sent or is settled at its reservation.
 */
export function scanTail(bytes: Uint8Array, checksum: Checksum): TailScan {
  for (const end of [bytes.length, bytes.length - 1]) {
    const item = end > 0 ? readLine(bytes.subarray(0, end), checksum) : null
    if (item !== null) return { items: [item], torn: 0 }
  }
  const scan: Scan = { items: [], damage: [], read: 0 }
  rescue(bytes, 0, scan, checksum)
  return { items: scan.items, torn: scan.damage.reduce((sum, { length }) => sum + length, 0) }
}

/**
 * A damaged line may be two records whose line end was the damage, or rubbish with a good record
 * behind it. A record can't hide in another one's text: its quotes would be escaped there.
 */
function rescue(bytes: Uint8Array, offset: number, scan: Scan, checksum: Checksum): void {
  const hasEnd = bytes[bytes.length - 1] === LINE_END
  const end = hasEnd ? bytes.length - 1 : bytes.length
  const start = bytes.length > MAX_LINE ? end : recordStart(bytes, end, checksum)
  const behind = start < end ? readLine(bytes.subarray(start, end), checksum) : null
  const before = start > 0 ? readLine(bytes.subarray(0, start - 1), checksum) : null
  if (before !== null) scan.items.push(before)
  if (behind !== null) scan.items.push(behind)
  const lengthBefore = before === null ? start : 1
  if (lengthBefore > 0)
    scan.damage.push({ offset: offset + start - lengthBefore, length: lengthBefore })
  if (behind === null && start < end)
    scan.damage.push({ offset: offset + start, length: end - start })
}

/** Where the record begins that ends at `end`; `end` where there is none. */
function recordStart(bytes: Uint8Array, end: number, checksum: Checksum): number {
  for (let at = 1; at + SHORTEST_LINE < end; at++) {
    // A blank and a bracket stand behind each CRC.
    if (bytes[at + 8] !== 0x20 || bytes[at + 9] !== 0x5b) continue
    if (readLine(bytes.subarray(at, end), checksum) !== null) return at
  }
  return end
}
