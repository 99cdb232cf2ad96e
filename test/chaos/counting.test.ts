/** Where no usage came, tokens are counted here: however much there is, others are served in the meantime. */
import { afterAll, describe, expect, test } from 'bun:test'
import { httpChunk, sseHead } from '../support/mock-replies.ts'
import { jsonReply, type Step } from '../support/mock-upstream.ts'
import { connectRaw, postText } from '../support/raw-client.ts'
import { waitFor } from '../support/waiting.ts'
import { startRig } from './rig.ts'

const MEGABYTE = 1024 * 1024
/** Longest time for which nobody may be served. */
const MOST_MS = 500
const rig = await startRig({ models: { plain: 1 } })
afterAll(() => rig.close(), 20_000)
const { gateway, mock } = rig
const event = (content: string): Step => ({
  write: httpChunk(`data: ${JSON.stringify({ choices: [{ index: 0, delta: { content } }] })}\n\n`),
})

const TEXTS: [string, string][] = [
  ['one letter over and over', 'x'.repeat(MEGABYTE)],
  [
    'base64',
    Buffer.from(crypto.getRandomValues(new Uint8Array(48 * 1024)))
      .toString('base64')
      .repeat(16),
  ],
  ['words', 'lorem ipsum dolor '.repeat(MEGABYTE / 18)],
  ['spaces', ' '.repeat(MEGABYTE)],
  ['digits and signs', '1.2+3-'.repeat(MEGABYTE / 6)],
]

/** Asks a prompt, gets an answer without usage, leaves, and watches how long the gateway is deaf. */
async function deafMs(prompt: string, answer: string): Promise<number> {
  const from = mock.ledger.length
  mock.script(() => [{ write: sseHead() }, event(answer), 'stall'])
  const client = await connectRaw(gateway.port)
  const body = { model: 'plain', stream: true, messages: [{ role: 'user', content: prompt }] }
  client.write(postText(gateway.proxyKey, JSON.stringify(body)))
  await waitFor('the answer', () => client.received().length >= answer.length)
  client.reset()
  await mock.closedByPeer(await mock.exchangeArrived(from))
  let longestMs = 0
  const watchedUntilMs = performance.now() + 1_000
  while (performance.now() < watchedUntilMs) {
    const askedMs = performance.now()
    const alive = await fetch(`${gateway.origin}/livez`, { signal: AbortSignal.timeout(10_000) })
    await alive.arrayBuffer()
    longestMs = Math.max(longestMs, performance.now() - askedMs)
  }
  return longestMs
}

describe.each(TEXTS)('a megabyte of %s', (_, text) => {
  test('in the prompt of a client that leaves', async () => {
    expect(await deafMs(text, 'hello')).toBeLessThan(MOST_MS)
  }, 20_000)

  test('in the answer of an upstream that is left', async () => {
    expect(await deafMs('hello', text)).toBeLessThan(MOST_MS)
  }, 20_000)
})

test('afterwards it serves as before', async () => {
  mock.script(() => jsonReply(200, {}))
  expect((await gateway.chat({ model: 'plain', messages: [] })).status).toBe(200)
})
