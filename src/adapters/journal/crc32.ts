/** CRC-32 from the runtime. */
import type { Checksum } from './format.ts'

export const crc32: Checksum = (bytes) => Bun.hash.crc32(bytes)
