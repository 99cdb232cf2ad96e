/** Upstreams that compress although they were asked not to: said so, and nothing is ever decompressed. */
import { afterAll, describe, expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { chatChunks, chatCompletion, replyHead } from '../../support/mock/mock-replies.ts'
import type { Step } from '../../support/mock/mock-upstream.ts'
import { ask, BOTH } from '../asking.ts'
import { startRig } from '../rig.ts'

const MEGABYTE = 1024 * 1024
const BOMB_BYTES = 200 * MEGABYTE
const rig = await startRig({ models: { packed: 1 } })
afterAll(() => rig.close(), 20_000)
const { gateway, mock } = rig
const bomb = gzipSync(Buffer.alloc(BOMB_BYTES, '{"a":1}\n'))

function packed(stream: boolean, bytes: Uint8Array): Step[] {
  const head = replyHead(200, {
    'content-type': stream ? 'text/event-stream' : 'application/json',
    'content-encoding': 'gzip',
    'content-length': String(bytes.length),
  })
  return [{ write: head }, { write: bytes }]
}

/** The most memory that the gateway ever had. */
function mostBytes(): number {
  const status = readFileSync(`/proc/${gateway.pid}/status`, 'utf8')
  return Number(/^VmHWM:\s*(\d+)/m.exec(status)?.[1]) * 1024
}

describe.each(BOTH)('a compressed reply (%s)', (_, stream) => {
  const small = stream
    ? chatChunks('hello')
        .map((chunk) => `data: ${chunk}\n\n`)
        .join('')
    : JSON.stringify(chatCompletion('hello'))

  test.each([
    ['small', gzipSync(small)],
    ['a thousand times as large as it looks', bomb],
  ])('that is %s is an error that names it', async (_, bytes) => {
    mock.script(() => packed(stream, bytes))
    await ask(gateway, 'packed', { stream })
    const before = mostBytes()
    const answer = await ask(gateway, 'packed', { stream })
    expect(answer.status).toBe(502)
    expect(answer.error().message).toStartWith(
      'upstream packed-1: status 200, but the body is compressed (gzip) although that was ruled out',
    )
    expect(mostBytes() - before).toBeLessThan(BOMB_BYTES / 4)
    expect(mock.ledger.at(-1)?.headers['accept-encoding']).toBe('identity')
  })
})
