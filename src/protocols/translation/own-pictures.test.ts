/** Pictures of earlier answers, and pictures in answers for clients whose format has no place for them. */
import { describe, expect, test } from 'bun:test'
import {
  answered,
  dataOf,
  folded,
  lossesOf,
  sentBody,
  streamed,
} from '../../../test/support/translation/translation.ts'
import { factsFor, type ModelFacts } from '../neutral/model-facts.ts'
import type { DialectName, JsonObject, WireName } from '../neutral/neutral.ts'

const PNG = 'iVBORw0KGgo='
const DATA_URL = `data:image/png;base64,${PNG}`
const INLINE = { inlineData: { mimeType: 'image/png', data: PNG } }

const chat = {
  messages: [
    { role: 'user', content: 'Draw a cat' },
    {
      role: 'assistant',
      content: 'A cat.',
      images: [{ type: 'image_url', image_url: { url: DATA_URL }, index: 0 }],
    },
    { role: 'user', content: 'Make it blue' },
  ],
}
const gemini = {
  contents: [
    { role: 'user', parts: [{ text: 'Draw a cat' }] },
    { role: 'model', parts: [{ text: 'A cat.' }, INLINE] },
    { role: 'user', parts: [{ text: 'Make it blue' }] },
  ],
}
const responses = {
  input: [
    { role: 'user', content: 'Draw a cat' },
    { role: 'assistant', content: 'A cat.' },
    { type: 'image_generation_call', id: 'ig_1', status: 'completed', result: PNG },
    { role: 'user', content: 'Make it blue' },
  ],
}
const NO_MEDIA = { ...factsFor('any'), media: {} } as ModelFacts
const CLIENTS: Readonly<Record<string, JsonObject>> = { chat, gemini, responses }
const FIELDS = { chat: 'messages', gemini: 'contents', responses: 'input' } as const
type Client = keyof typeof FIELDS

const pairs = (wires: readonly WireName[]) =>
  (Object.keys(FIELDS) as Client[]).flatMap((client) =>
    wires.filter((wire) => wire !== client).map((wire) => [client, wire] as const),
  )

describe('a picture of an earlier answer', () => {
  test.each([['chat'], ['responses']] as const)(
    'from a %s client is in Gemini’s own turn, without a loss',
    (client) => {
      const { contents } = sentBody(client, CLIENTS[client] as JsonObject, 'gemini')
      expect(contents[1].role).toBe('model')
      expect(contents[1].parts[0]).toEqual({ text: 'A cat.' })
      expect(contents[1].parts[1]).toMatchObject(INLINE)
      expect(lossesOf(client, CLIENTS[client] as JsonObject, 'gemini')).toEqual([])
    },
  )

  test('needs no signature of Gemini 3, and has none for older models', () => {
    const signed = sentBody('chat', chat, 'gemini').contents[1].parts[1]
    expect(signed.thoughtSignature).toBe('skip_thought_signature_validator')
    const older = sentBody('chat', chat, 'gemini', { model: 'gemini-2.5-flash-image' })
    expect(older.contents[1].parts[1]).toEqual(INLINE)
  })

  test.each(pairs(['chat', 'responses', 'messages', 'converse']))(
    'from a %s client is shown by the user on %s, and reported',
    (client, wire) => {
      const body = JSON.stringify(sentBody(client, CLIENTS[client] as JsonObject, wire))
      expect(body).toContain(PNG)
      expect(body).toContain('The image of your answer above:')
      expect(lossesOf(client, CLIENTS[client] as JsonObject, wire)).toContain(
        `${FIELDS[client]} emulated`,
      )
    },
  )

  test('comes after the results of calls that the same answer made', () => {
    const { messages } = sentBody(
      'gemini',
      {
        contents: [
          { role: 'user', parts: [{ text: 'Draw' }] },
          { role: 'model', parts: [INLINE, { functionCall: { name: 'save', args: {} } }] },
          {
            role: 'user',
            parts: [{ functionResponse: { name: 'save', response: { output: 'ok' } } }],
          },
        ],
        tools: [{ functionDeclarations: [{ name: 'save' }] }],
      },
      'messages',
    )
    const kinds = messages[2].content.map(({ type }: { type: string }) => type)
    expect(kinds).toEqual(['tool_result', 'text', 'image'])
  })

  test.each(pairs(['chat', 'gemini', 'responses', 'messages', 'converse']))(
    'from a %s client is dropped and reported on %s if the model takes none',
    (client, wire) => {
      const body = CLIENTS[client] as JsonObject
      const facts = NO_MEDIA
      expect(JSON.stringify(sentBody(client, body, wire, { facts }))).not.toContain(PNG)
      expect(lossesOf(client, body, wire, { facts })).toContain(`${FIELDS[client]} dropped`)
    },
  )

  test.each([
    ['by address', { image_url: { url: 'https://a.b/c.png' } }, 'converse'],
    [
      'of a type that Claude does not take',
      { image_url: { url: `data:image/bmp;base64,${PNG}` } },
      'messages',
    ],
  ] as const)('%s is dropped and reported, never refused', (_, image, wire) => {
    const [user, answer, next] = chat.messages
    const messages = [user, { ...answer, images: [image] }, next] as JsonObject[]
    expect(lossesOf('chat', { messages }, wire)).toContain('messages dropped')
  })

  test('is not read twice if it is also in the content', () => {
    const content = [
      { type: 'text', text: 'A cat.' },
      { type: 'image_url', image_url: { url: DATA_URL } },
    ]
    const [user, answer, next] = chat.messages
    const messages = [user, { ...answer, content }, next] as JsonObject[]
    expect(sentBody('chat', { messages }, 'gemini').contents[1].parts).toHaveLength(2)
  })

  test('without its bytes is known to OpenAI alone, and reported', () => {
    const input = [...responses.input.slice(0, 2), { type: 'image_generation_call', id: 'ig_1' }]
    expect(lossesOf('responses', { input }, 'gemini')).toEqual(['input dropped'])
  })
})

const answerWith = (url: string) => ({
  choices: [
    {
      index: 0,
      message: { role: 'assistant', content: 'A cat.', images: [{ image_url: { url } }] },
      finish_reason: 'stop',
    },
  ],
})
const streamWith = (url: string) => [
  { choices: [{ index: 0, delta: { content: 'A cat.' } }] },
  { choices: [{ index: 0, delta: { images: [{ image_url: { url } }] } }] },
  { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] },
  '[DONE]',
]

describe.each([['responses'], ['messages']] as const)('a %s client', (client: DialectName) => {
  test('gets a picture by address as a link, streamed or not', () => {
    const link = { type: 'text', text: '![image](https://a.b/c.png)' }
    const exchange = { client, upstream: 'chat' } as const
    const { text, stream } = streamed(exchange, streamWith('https://a.b/c.png'))
    expect(folded(client, text).parts).toMatchObject([{ type: 'text', text: 'A cat.' }, link])
    expect(stream.losses).toMatchObject([{ how: 'emulated' }])
    expect(JSON.stringify(answered(exchange, answerWith('https://a.b/c.png')))).toContain(
      JSON.stringify(link.text),
    )
  })
})

test('a Messages client gets the text of an answer with a picture, and the loss is reported', () => {
  const { text, stream } = streamed({ client: 'messages', upstream: 'chat' }, streamWith(DATA_URL))
  expect(folded('messages', text).parts).toMatchObject([{ type: 'text', text: 'A cat.' }])
  expect(dataOf(text).at(-1)).toEqual({ type: 'message_stop' })
  expect(stream.losses.map(({ field, how }) => `${field} ${how}`)).toEqual(['content dropped'])
})

test('a chat client is told of a sound that its format has no place for', () => {
  const sound = { inlineData: { mimeType: 'audio/wav', data: 'UklGRg==' } }
  const { stream } = streamed({ client: 'chat', upstream: 'gemini' }, [
    { candidates: [{ content: { parts: [{ text: 'Hi' }, sound] }, finishReason: 'STOP' }] },
  ])
  expect(stream.losses.map(({ field, how }) => `${field} ${how}`)).toEqual([
    'choices[].message.content dropped',
  ])
})
