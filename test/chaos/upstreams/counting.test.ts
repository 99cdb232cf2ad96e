/** Where no usage came, tokens are counted here: however much there is, others are served in the meantime. */
import { afterAll, describe, expect, test } from 'bun:test'
import { httpChunk, sseHead } from '../../support/mock/mock-replies.ts'
import { jsonReply, type Step } from '../../support/mock/mock-upstream.ts'
import { connectRaw, postText } from '../../support/raw-client.ts'
import { waitFor } from '../../support/waiting.ts'
import { answerOf, ask } from '../asking.ts'
import { startRig } from '../rig.ts'

const MEGABYTE = 1024 * 1024
/** The longest time without a served request. */
const MAX_MS = 500
const rig = await startRig({ models: { plain: 1, 'gpt-4': 1 } })
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
    expect(await deafMs(text, 'hello')).toBeLessThan(MAX_MS)
  }, 60_000)

  test('in the answer of an upstream that is left', async () => {
    expect(await deafMs('hello', text)).toBeLessThan(MAX_MS)
  }, 60_000)
})

/** What a client is charged for whose upstream breaks off without usage. */
async function chargedFor(body: object, answer = 'hello') {
  mock.script(() => [{ write: sseHead() }, event(answer), 'fin'])
  const reply = await ask(gateway, 'plain', { stream: true, body })
  return reply.row()
}

describe('special tokens are text as any other', () => {
  const SPECIAL = [
    '<|endoftext|>',
    '<|im_start|>',
    '<|im_end|>',
    '<|endofprompt|>',
    '<|fim_prefix|>',
  ]

  test.each(['plain', 'gpt-4'])('in a prompt and an answer (%s)', async (model) => {
    for (const token of SPECIAL) {
      const messages = [{ role: 'user', content: `What is ${token}?` }]
      const row = await chargedFor({ model, messages }, `It is ${token}`)
      expect(row).toMatchObject({ outcome: 'cut', estimated: 1 })
      expect(row.prompt_tokens).toBeGreaterThan(3)
      expect(row.completion_tokens).toBeGreaterThan(3)
    }
    expect(gateway.logs()).not.toContain('tokens could not be counted')
  })
})

describe('a prompt is counted as it was reserved', () => {
  test('an image by its usual size', async () => {
    const url = `data:image/png;base64,${'A'.repeat(MEGABYTE)}`
    const content = [{ type: 'image_url', image_url: { url } }]
    const { prompt_tokens } = await chargedFor({ messages: [{ role: 'user', content }] })
    expect(prompt_tokens).toBeGreaterThanOrEqual(765)
    expect(prompt_tokens).toBeLessThan(775)
  })

  test('token numbers by how many there are', async () => {
    mock.script(() => [{ write: sseHead() }, event('hello'), 'fin'])
    const prompt = Array.from({ length: 500 }, (_, index) => 100_000 + index)
    const response = await fetch(`${gateway.baseUrl}/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${gateway.proxyKey}` },
      body: JSON.stringify({ model: 'plain', stream: true, prompt }),
    })
    const { row } = answerOf(gateway, response, await response.text())
    expect((await row()).prompt_tokens).toBe(500)
  })

  test.each(['tools', 'response_format'])('with %s', async (member) => {
    const shown = [{ description: 'lorem ipsum '.repeat(500) }]
    const { prompt_tokens } = await chargedFor({ [member]: shown })
    expect(prompt_tokens).toBeGreaterThan(1_000)
  })
})

test('afterwards it serves as before', async () => {
  mock.script(() => jsonReply(200, {}))
  expect((await gateway.chat({ model: 'plain', messages: [] })).status).toBe(200)
})
