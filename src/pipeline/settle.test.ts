/** What a stream is charged for that ended before its upstream said what it had used. */
import { describe, expect, test } from 'bun:test'
import { upstreamKey } from '../../test/support/in-process/entities.ts'
import { event, inProcess, streamed } from '../../test/support/in-process/gateway.ts'
import type { Part } from '../../test/support/in-process/scripted-transport.ts'
import { messageEvents, eventText as named } from '../../test/support/message-events.ts'
import type { ProviderName } from '../core/providers/providers.ts'
import type { Endpoint, ProtocolName } from '../protocols/protocol.ts'

// The tokenizer of these tests counts four characters as one token.
const TEXT = 'x'.repeat(400)
const MESSAGE = messageEvents([{ type: 'text', text: TEXT }]).map(named)
/** Up to the end of the text. */
const BEFORE_USAGE = MESSAGE.slice(0, 4)
const geminiText = event({
  candidates: [{ content: { role: 'model', parts: [{ text: TEXT }] } }],
  usageMetadata: { promptTokenCount: 28, candidatesTokenCount: 3, totalTokenCount: 31 },
})
const chatText = event({
  choices: [{ index: 0, delta: { content: TEXT }, finish_reason: null }],
  usage: { prompt_tokens: 28, completion_tokens: 3, total_tokens: 31 },
})
const messages = { model: 'm', stream: true, messages: [{ role: 'user', content: 'Hi' }] }
const contents = { model: 'm', stream: true, contents: [{ role: 'user', parts: [{ text: 'Hi' }] }] }

interface Case {
  name: string
  protocol: ProtocolName
  endpoint: Endpoint
  provider: ProviderName
  body: object
  stream: readonly string[]
}

const asMessages = { protocol: 'anthropic', endpoint: 'messages', body: messages } as const
const asChat = { protocol: 'openai', endpoint: 'chat/completions', body: streamed() } as const
const asGemini = { protocol: 'gemini', endpoint: 'generateContent', body: contents } as const
const claude = { provider: 'anthropic', stream: BEFORE_USAGE } as const
const google = { provider: 'gemini', stream: [geminiText] } as const
const counting = { provider: 'compatible', stream: [chatText] } as const

const CASES: readonly Case[] = [
  { name: 'Messages', ...asMessages, ...claude },
  { name: 'Messages for a chat client', ...asChat, ...claude },
  { name: 'Gemini', ...asGemini, ...google },
  { name: 'Gemini for a Messages client', ...asMessages, ...google },
  { name: 'Chat Completions', ...asChat, ...counting },
  { name: 'Chat Completions for a Gemini client', ...asGemini, ...counting },
]

async function settled(
  { protocol, endpoint, provider, body }: Case,
  stream: readonly Part[],
  leaves = false,
) {
  const upstreams = [upstreamKey(1, { provider })]
  const gateway = await inProcess(() => ({ body: stream }), { upstreams })
  const onWrite = (text: string, leave: () => void) => {
    if (leaves && text.includes('xxx')) leave()
  }
  const { record } = await gateway.ask(body, { protocol, endpoint, onWrite })
  return record
}

describe.each(CASES)('a stream of $name', (given) => {
  test('whose client leaves is charged for the text, and for the input as reported', async () => {
    const record = await settled(given, [given.stream.join(''), 'stall'], true)
    expect(record).toMatchObject({ outcome: 'aborted', promptTokens: 28, estimated: true })
    expect(record?.completionTokens).toBe(100)
    expect(record?.totalTokens).toBe(128)
  })

  test('that breaks off is charged in the same way', async () => {
    const record = await settled(given, [...given.stream, 'cut'])
    expect(record).toMatchObject({ outcome: 'cut', completionTokens: 100, estimated: true })
  })
})

const [onMessages] = CASES as [Case]

test('a stream of Responses, which counts only at its end, is counted here', async () => {
  const [created, added, delta] = [
    { type: 'response.created', response: { id: 'r', object: 'response', model: 'm' } },
    {
      type: 'response.output_item.added',
      output_index: 0,
      item: { type: 'message', id: 'msg_1', role: 'assistant', content: [] },
    },
    { type: 'response.output_text.delta', output_index: 0, content_index: 0, delta: TEXT },
  ].map(named) as [string, string, string]
  const given: Case = {
    name: 'Responses',
    protocol: 'responses',
    endpoint: 'responses',
    provider: 'openai',
    body: { model: 'm', stream: true, input: 'Hi' },
    stream: [created, added, delta],
  }
  const record = await settled(given, [given.stream.join(''), 'stall'], true)
  expect(record).toMatchObject({ outcome: 'aborted', completionTokens: 100, estimated: true })
  expect(record?.promptTokens).toBeGreaterThan(0)
})

test('what the upstream counted holds if it is more than the text, for it holds hidden thoughts', async () => {
  const running = named({ type: 'message_delta', delta: {}, usage: { output_tokens: 5_000 } })
  const record = await settled(onMessages, [...BEFORE_USAGE, running, 'cut'])
  expect(record).toMatchObject({ completionTokens: 5_000, cachedTokens: 5, estimated: true })
})

test('the usage that comes with the stop reason is final, even if the end is missing', async () => {
  const record = await settled(onMessages, [...MESSAGE.slice(0, -1), 'cut'])
  expect(record).toMatchObject({ promptTokens: 28, completionTokens: 7, estimated: false })
})

test('a complete stream whose upstream counted only its start is counted here', async () => {
  const end = named({ type: 'message_delta', delta: { stop_reason: 'end_turn' } })
  const record = await settled(onMessages, [...BEFORE_USAGE, end, named({ type: 'message_stop' })])
  expect(record).toMatchObject({ outcome: 'ok', completionTokens: 100, estimated: true })
})

test('an input that the upstream has not counted yet is counted here', async () => {
  const [start, ...text] = BEFORE_USAGE
  const uncounted = String(start).replace(/"usage":\{[^}]*\}/, '"usage":{"input_tokens":0}')
  const record = await settled(onMessages, [uncounted, ...text, 'cut'])
  expect(record?.promptTokens).toBeGreaterThan(0)
})
