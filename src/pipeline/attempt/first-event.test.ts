/** When a stream begins to reach its client: until then another upstream can take over unnoticed. */
import { describe, expect, test } from 'bun:test'
import { upstreamKey } from '../../../test/support/in-process/entities.ts'
import {
  DONE,
  event,
  inProcess,
  piece,
  streamed,
  USAGE,
} from '../../../test/support/in-process/gateway.ts'
import type { Part } from '../../../test/support/in-process/scripted-transport.ts'
import { messageEvents, eventText as named } from '../../../test/support/message-events.ts'
import type { Endpoint, ProtocolName } from '../../protocols/protocol.ts'

const MESSAGE = messageEvents([{ type: 'text', text: 'Hello' }]).map(named)
const PING = named({ type: 'ping' })
const [MESSAGE_START = '', BLOCK_START = ''] = MESSAGE
const OVERLOADED = named({ type: 'error', error: { type: 'overloaded_error', message: 'busy' } })
const response = { id: 'resp_1', object: 'response', model: 'm', output: [] }
const CREATED = named({ type: 'response.created', sequence_number: 0, response })
const FAILED = named({
  type: 'response.failed',
  sequence_number: 1,
  response: { ...response, status: 'failed', error: { code: 'server_error', message: 'busy' } },
})
const RESPONSE = [
  CREATED,
  ...[
    {
      type: 'response.output_item.added',
      output_index: 0,
      item: { type: 'message', id: 'msg_1', role: 'assistant', content: [] },
    },
    { type: 'response.output_text.delta', output_index: 0, content_index: 0, delta: 'Hello' },
    { type: 'response.completed', response: { ...response, status: 'completed' } },
  ].map(named),
]
const geminiUsage = { promptTokenCount: 7, totalTokenCount: 7 }
const CHAT_ERROR = event({ error: { message: 'busy', type: 'server_error' } })
const running = (delta: object) =>
  event({ id: 'c', choices: [{ index: 0, delta, finish_reason: null }], usage: USAGE })

interface Format {
  name: string
  protocol: ProtocolName
  endpoint: Endpoint
  provider: 'anthropic' | 'gemini' | 'openai' | 'compatible'
  body: object
  /** What comes before the upstream fails. */
  beginning: readonly Part[]
  failing: string
  whole: readonly string[]
}

const claude = {
  model: 'm',
  stream: true,
  max_tokens: 9,
  messages: [{ role: 'user', content: 'Hi' }],
}
const FORMATS: readonly Format[] = [
  {
    name: 'Messages',
    protocol: 'anthropic',
    endpoint: 'messages',
    provider: 'anthropic',
    body: claude,
    beginning: [MESSAGE_START, PING, BLOCK_START],
    failing: OVERLOADED,
    whole: MESSAGE,
  },
  {
    name: 'Messages, translated',
    protocol: 'openai',
    endpoint: 'chat/completions',
    provider: 'anthropic',
    body: streamed(),
    beginning: [MESSAGE_START, PING, BLOCK_START],
    failing: OVERLOADED,
    whole: MESSAGE,
  },
  {
    name: 'Responses',
    protocol: 'responses',
    endpoint: 'responses',
    provider: 'openai',
    body: { model: 'm', stream: true, input: 'Hi' },
    beginning: [CREATED, RESPONSE[1] as string],
    failing: FAILED,
    whole: RESPONSE,
  },
  {
    name: 'Gemini',
    protocol: 'gemini',
    endpoint: 'generateContent',
    provider: 'gemini',
    body: { model: 'm', stream: true, contents: [{ role: 'user', parts: [{ text: 'Hi' }] }] },
    beginning: [event({ usageMetadata: geminiUsage, responseId: 'r' })],
    failing: event({ error: { code: 503, message: 'busy', status: 'UNAVAILABLE' } }),
    whole: [
      event({
        candidates: [{ content: { parts: [{ text: 'Hello' }] }, finishReason: 'STOP' }],
        usageMetadata: { ...geminiUsage, candidatesTokenCount: 2 },
      }),
    ],
  },
  {
    name: 'Chat Completions with usage in each chunk',
    protocol: 'openai',
    endpoint: 'chat/completions',
    provider: 'compatible',
    body: streamed(),
    beginning: [running({ role: 'assistant', content: '' })],
    failing: CHAT_ERROR,
    whole: [piece({ role: 'assistant', content: '' }), piece('Hello'), piece({}, 'stop'), DONE],
  },
]

async function ask(format: Format, bodies: readonly (readonly Part[])[], limits: object = {}) {
  const { provider, protocol, endpoint } = format
  const upstreams = [upstreamKey(1, { provider }), upstreamKey(2, { provider })]
  const gateway = await inProcess((_, index) => ({ body: bodies[index] ?? [] }), {
    upstreams,
    limits,
  })
  return gateway.ask(format.body, { protocol, endpoint })
}

describe.each(FORMATS)('a stream of $name', (format) => {
  test('that fails before a part of its answer is taken over by another key', async () => {
    const answer = await ask(format, [[...format.beginning, format.failing], format.whole])
    expect(answer.text).toContain('Hel')
    expect(answer.text).not.toContain('busy')
    expect(answer.record).toMatchObject({ outcome: 'ok', upstream: 'up-2' })
  })

  test('that breaks off before a part of its answer is taken over by another key', async () => {
    const answer = await ask(format, [[...format.beginning, 'cut'], format.whole])
    expect(answer.record).toMatchObject({ outcome: 'ok', upstream: 'up-2' })
  })
})

const [messages] = FORMATS as [Format]

test.concurrent('a stream that thinks reaches its client with its first thought, not with its first text', async () => {
  const thinking = [
    named({
      type: 'content_block_start',
      index: 0,
      content_block: { type: 'thinking', thinking: '', signature: '' },
    }),
  ]
  const answer = await ask(messages, [[MESSAGE_START, ...thinking, { waitMs: 80 }, 'cut']])
  expect(answer.writes[0]).toContain('thinking')
  expect(answer.record).toMatchObject({ outcome: 'cut', upstream: 'up-1' })
})

test.concurrent('pings before the first block keep the client connected, and can be taken back', async () => {
  const waiting = [MESSAGE_START, PING, { waitMs: 700 }, PING, OVERLOADED]
  const answer = await ask(messages, [waiting, MESSAGE])
  expect(answer.writes[0]).toBe(': keep-alive\n\n')
  expect(answer.text).toBe(`: keep-alive\n\n${MESSAGE.join('')}`)
})

test.concurrent('each event before the first block starts the limit on silence again', async () => {
  const slow = [
    MESSAGE_START,
    ...Array(4)
      .fill([{ waitMs: 200 }, PING])
      .flat(),
  ]
  // Longer than each wait by as much as a busy machine may be late, and shorter than all together.
  const limits = { firstByteMs: 700, standbyFirstByteMs: 700 }
  const answer = await ask(messages, [[...slow, ...MESSAGE.slice(1)]], limits)
  expect(answer.record).toMatchObject({ outcome: 'ok', upstream: 'up-1' })
})

test.concurrent('a stream that falls silent after its start is replaced at the limit', async () => {
  const limits = { firstByteMs: 100, standbyFirstByteMs: 100 }
  const answer = await ask(messages, [[MESSAGE_START, 'stall'], MESSAGE], limits)
  expect(answer.record).toMatchObject({ outcome: 'ok', upstream: 'up-2' })
})

test('audio in a chat stream is a part of the answer', async () => {
  const chat = FORMATS.at(-1) as Format
  const sound = piece({ role: 'assistant', audio: { id: 'a', data: 'UklG' } })
  const answer = await ask(chat, [[sound, CHAT_ERROR]])
  expect(answer.record).toMatchObject({ outcome: 'cut', upstream: 'up-1' })
})
