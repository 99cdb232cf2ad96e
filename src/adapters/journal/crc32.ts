/** CRC-32 by the runtime's own code. */
import type { Checksum } from './format.ts'

export const crc32: Checksum = (bytes) => Bun.hash.crc32(bytes)
