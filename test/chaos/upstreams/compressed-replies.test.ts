/** Upstreams that compress although they were asked not to: decoded within a bound. */
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

  test('is decoded', async () => {
    mock.script(() => packed(stream, gzipSync(small)))
    const answer = await ask(gateway, 'packed', { stream })
    expect(answer.status).toBe(200)
    expect(answer.text).toBe(small)
    expect(mock.ledger.at(-1)?.headers['accept-encoding']).toBe('identity')
  })

  test('that expands a thousandfold is an error, and uses no memory', async () => {
    mock.script(() => packed(stream, bomb))
    await ask(gateway, 'packed', { stream })
    const before = mostBytes()
    const answer = await ask(gateway, 'packed', { stream })
    expect(answer.status).toBe(502)
    expect(answer.error().message).toContain('compressed reply grows beyond all measure')
    expect(mostBytes() - before).toBeLessThan(BOMB_BYTES / 4)
  })
})
