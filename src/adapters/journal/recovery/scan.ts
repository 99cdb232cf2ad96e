/** Scans a journal's bytes for complete lines and for damage. */
import { type Checksum, type JournalItem, readLine } from '../format.ts'

/** Offsets from the start of the scanned bytes. */
export interface Damage {
  offset: number
  length: number
}

export interface Scan {
  items: JournalItem[]
  damage: Damage[]
  /** How far it read: the offset after the last line end. */
  read: number
}

export interface TailScan {
  items: JournalItem[]
  /** Bytes of a line that was being written when the process or the machine went down. */
  torn: number
}

const LINE_END = 0x0a
/** A line is never shorter, so a CRC can't start closer to the end. */
const SHORTEST_LINE = 10
/** A line is one record; a longer stretch without a line end is garbage. */
const MAX_LINE = 1024 * 1024

/** Reads all terminated lines. */
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
 * Reads what follows the last line end of the newest segment. A complete record there lacks only its line end;
 * anything else is torn, and its request was not sent or is settled at its reservation.
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
 * A damaged line may be two records with a damaged line end between them, or garbage followed by a good record.
 * No record can hide inside another one's text, because its quotes would be escaped there.
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

/** The start of the record that ends at `end`; `end` if there is none. */
function recordStart(bytes: Uint8Array, end: number, checksum: Checksum): number {
  for (let at = 1; at + SHORTEST_LINE < end; at++) {
    // Each CRC is followed by a space and a bracket.
    if (bytes[at + 8] !== 0x20 || bytes[at + 9] !== 0x5b) continue
    if (readLine(bytes.subarray(at, end), checksum) !== null) return at
  }
  return end
}
