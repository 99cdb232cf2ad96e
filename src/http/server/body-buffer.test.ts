/** A body is byte-for-byte what arrived, however it is split, without one object per read. */
import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { BodyBuffer } from './body-buffer.ts'

test('a body is its pieces, one after the other', () => {
  const piece = fc.oneof(
    fc.uint8Array({ maxLength: 50 }),
    fc.integer({ min: 1, max: 70_000 }).map((size) => new Uint8Array(size).fill(size % 251)),
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
      const buffer = new BodyBuffer()
      for (const bytes of pieces) buffer.push(bytes)
      expect(Buffer.from(buffer.take()).equals(Buffer.concat(pieces))).toBe(true)
      expect(buffer.take()).toHaveLength(0)
    }),
  )
})

test('a million pieces of one byte take the memory of a megabyte', () => {
  const buffer = new BodyBuffer()
  Bun.gc(true)
  const before = process.memoryUsage().rss
  for (let count = 0; count < 1_000_000; count++) buffer.push(Uint8Array.of(count % 256))
  Bun.gc(true)
  const taken = process.memoryUsage().rss - before
  expect(buffer.take()).toHaveLength(1_000_000)
  expect(taken).toBeLessThan(40 * 1024 * 1024)
})
