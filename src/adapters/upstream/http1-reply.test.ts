/** The bytes of one socket read are delivered together. */
import { expect, test } from 'bun:test'
import { HeaderLines } from '../../http1/head-lines.ts'
import { Http1Reply } from './http1-reply.ts'

const encoder = new TextEncoder()
const decoder = new TextDecoder()

function replyWith() {
  const held: boolean[] = []
  const lines = Object.create(HeaderLines.prototype) as HeaderLines
  const reply = new Http1Reply(200, lines, { hold: (back) => void held.push(back) })
  const push = (...texts: string[]) => {
    for (const text of texts) reply.push(encoder.encode(text))
  }
  const next = async () => {
    const bytes = await reply.next()
    return bytes === null ? null : decoder.decode(bytes)
  }
  return { reply, held, push, next }
}

test('chunks of one read come together, to a reader that waits and to one that asks later', async () => {
  const { reply, push, next } = replyWith()
  const waiting = next()
  push('a', 'b', 'c')
  reply.deliver()
  expect(await waiting).toBe('abc')
  push('d', 'e')
  reply.deliver()
  push('f')
  reply.end()
  expect([await next(), await next(), await next()]).toEqual(['de', 'f', null])
})

test('what came in the read that ended the reply is handed over before its end', async () => {
  const { reply, push, next } = replyWith()
  const waiting = next()
  push('last')
  reply.end()
  expect([await waiting, await next()]).toEqual(['last', null])
})

test('what came before a failure is handed over before it', async () => {
  const { reply, push, next } = replyWith()
  const waiting = next()
  push('half')
  reply.fail(new Error('broken'))
  expect(await waiting).toBe('half')
  expect(next()).rejects.toThrow('broken')
})

test('large chunks are not joined, and pause the socket until half is read', async () => {
  const { reply, held, push, next } = replyWith()
  const large = 'x'.repeat(60 * 1024)
  push(large, large, large, large, large)
  reply.deliver()
  expect(held).toEqual([true])
  for (let taken = 0; taken < 5; taken++) expect((await next())?.length).toBe(large.length)
  expect(held).toEqual([true, false])
})
