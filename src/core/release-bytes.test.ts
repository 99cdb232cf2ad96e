/** Memory of bytes that were sent. */
import { expect, test } from 'bun:test'
import { releaseBytes } from './release-bytes.ts'

test('large bytes that have their buffer alone are empty afterwards', () => {
  const bytes = new Uint8Array(64 * 1024)
  releaseBytes(bytes)
  expect(bytes.length).toBe(0)
})

test.each([
  ['a part of a buffer', new Uint8Array(128 * 1024).subarray(0, 64 * 1024)],
  ['the end of a buffer', new Uint8Array(128 * 1024).subarray(64 * 1024)],
  ['small', new Uint8Array(1024)],
  ['shared with another thread', new Uint8Array(new SharedArrayBuffer(64 * 1024))],
])('bytes that are %s stay', (_, bytes) => {
  const { length } = bytes
  releaseBytes(bytes)
  expect(bytes.length).toBe(length)
})
