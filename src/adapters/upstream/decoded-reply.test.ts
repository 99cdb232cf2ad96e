/** Replies that are compressed although none was requested. */
import { describe, expect, test } from 'bun:test'
import {
  brotliCompressSync,
  deflateRawSync,
  deflateSync,
  gzipSync,
  zstdCompressSync,
} from 'node:zlib'
import type { UpstreamReply } from '../../upstreams/transport.ts'
import { decoded } from './decoded-reply.ts'

const TEXT = '{"choices":[{"message":{"content":"你好"}}]}'.repeat(100)

function replyOf(bytes: Uint8Array, encoding: string | null, size = 50): UpstreamReply {
  let at = 0
  return {
    status: 200,
    header: (name) => (name === 'content-encoding' ? encoding : 'other'),
    next() {
      if (at >= bytes.length) return null
      at += size
      return bytes.subarray(at - size, at)
    },
  }
}

async function read(reply: UpstreamReply): Promise<{ text: string; largest: number }> {
  const decoder = new TextDecoder()
  let text = ''
  let largest = 0
  for (let part = await reply.next(); part !== null; part = await reply.next()) {
    text += decoder.decode(part, { stream: true })
    largest = Math.max(largest, part.length)
  }
  return { text, largest }
}

describe('a reply', () => {
  test.each([
    ['gzip', gzipSync(TEXT)],
    ['x-gzip', gzipSync(TEXT)],
    ['GZIP', gzipSync(TEXT)],
    ['br', brotliCompressSync(TEXT)],
    ['deflate', deflateSync(TEXT)],
    ['deflate', deflateRawSync(TEXT)],
    ['zstd', zstdCompressSync(TEXT)],
    ['br, gzip', gzipSync(brotliCompressSync(TEXT))],
    ['identity', Buffer.from(TEXT)],
    ['gzip', Buffer.from(TEXT)],
    [null, Buffer.from(TEXT)],
  ])('encoded as %s is read', async (encoding, bytes) => {
    expect((await read(decoded(replyOf(bytes, encoding)))).text).toBe(TEXT)
  })

  test('hides that it was encoded, and nothing else', () => {
    const reply = decoded(replyOf(gzipSync(TEXT), 'gzip'))
    expect(reply.header('content-length')).toBeNull()
    expect([reply.header('content-encoding'), reply.header('x-request-id')]).toEqual([
      null,
      'other',
    ])
  })

  test('in an unknown encoding is left as it is', () => {
    const reply = replyOf(Buffer.from(TEXT), 'compress')
    expect(decoded(reply)).toBe(reply)
  })

  test('that was cut or damaged fails', async () => {
    const bytes = gzipSync(TEXT)
    const cut = read(decoded(replyOf(bytes.subarray(0, bytes.length - 20), 'gzip')))
    expect(cut).rejects.toThrow("can't be decoded")
    const damaged = Buffer.from(bytes)
    damaged.fill(0, 40, 80)
    expect(read(decoded(replyOf(damaged, 'gzip')))).rejects.toThrow("can't be decoded")
  })

  test('is aborted if it is a thousand times as large as it looks', async () => {
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024))
    expect(read(decoded(replyOf(bomb, 'gzip', 1 << 16)))).rejects.toThrow('beyond all measure')
  })
})
