/** Collects lines that are written together, as bytes. */

import { crc32 } from './crc32.ts'
import { LINE_FRAME_BYTES, putLine } from './format.ts'

export interface LineBuffer {
  add(content: string): void
  /** Everything added since the last `clear`; valid until the next `add`. */
  bytes(): Buffer
  length(): number
  clear(): void
}

const MAX_BYTES_A_CHARACTER = 3
const WRITING = {
  putText: (text: string, into: Uint8Array, at: number) => (into as Buffer).write(text, at),
  checksum: crc32,
}

export function createLineBuffer(): LineBuffer {
  let bytes = Buffer.allocUnsafe(64 * 1024)
  let length = 0
  return {
    add(content) {
      const needed = length + content.length * MAX_BYTES_A_CHARACTER + LINE_FRAME_BYTES
      if (needed > bytes.length) bytes = Buffer.concat([bytes.subarray(0, length)], needed * 2)
      length = putLine(content, bytes, length, WRITING)
    },
    bytes: () => bytes,
    length: () => length,
    clear() {
      length = 0
    },
  }
}
