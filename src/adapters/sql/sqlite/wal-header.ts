/**
 * Checks that SQLite can use a write-ahead log. SQLite silently treats a log with a damaged header as empty,
 * which loses everything in it. The format: https://sqlite.org/fileformat2.html#the_write_ahead_log
 */
import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs'

const HEADER_BYTES = 32
const MAGIC_LITTLE_ENDIAN = 0x377f0682
const MAGIC_BIG_ENDIAN = 0x377f0683
const VERSION = 3_007_000

/** Null if there is no log or it is intact. */
export function walProblem(path: string): string | null {
  const size = existsSync(path) ? statSync(path).size : 0
  if (size === 0) return null
  if (size < HEADER_BYTES) return `it has only ${size} bytes`
  const header = new DataView(new ArrayBuffer(HEADER_BYTES))
  const file = openSync(path, 'r')
  try {
    readSync(file, header, 0, HEADER_BYTES, 0)
  } finally {
    closeSync(file)
  }
  const magic = header.getUint32(0)
  if (magic !== MAGIC_LITTLE_ENDIAN && magic !== MAGIC_BIG_ENDIAN) return 'it does not begin as one'
  if (header.getUint32(4) !== VERSION) return 'its version is unknown'
  const [first, second] = checksum(header, magic === MAGIC_LITTLE_ENDIAN)
  return first === header.getUint32(24) && second === header.getUint32(28)
    ? null
    : 'the checksum of its header is wrong'
}

/** Over the first 24 bytes, as two 32-bit words. */
function checksum(header: DataView, littleEndian: boolean): [number, number] {
  let first = 0
  let second = 0
  for (let at = 0; at < 24; at += 8) {
    first = (first + header.getUint32(at, littleEndian) + second) >>> 0
    second = (second + header.getUint32(at + 4, littleEndian) + first) >>> 0
  }
  return [first, second]
}
