/** Gives the memory of bytes back as soon as they were sent. */

/** Smaller ones are left to the collector. */
const LARGE_PIECE = 16 * 1024

/**
 * For bytes that are not read any more: they are empty afterwards. The collector would let some seventy megabytes of
 * them gather at a gigabyte a second (bench/large-bodies.ts). Does nothing if their buffer may hold anything else.
 */
export function releaseBytes({ buffer, byteLength }: Uint8Array): void {
  const isWhole = buffer instanceof ArrayBuffer && buffer.byteLength === byteLength
  if (isWhole && byteLength >= LARGE_PIECE) buffer.transfer(0)
}
