/** Pictures in answers: asked for and shown in each format that has a place for them. */
import { describe, expect, test } from 'bun:test'
import {
  answered,
  dataOf,
  eventsFrom,
  lossesOf,
  sentBody,
  streamed,
} from '../../../test/support/translation/translation.ts'
import { imagesOf } from '../openai/chat/answer-images.ts'
import { addChunk, openCollected, wholeReply } from '../openai/collect.ts'
import { PassedChoice } from '../openai/passed-choice.ts'

const PNG = 'iVBORw0KGgo='
const URL = `data:image/png;base64,${PNG}`
const IMAGE = { type: 'image_url', image_url: { url: URL }, index: 0 }
const MESSAGES = [{ role: 'user', content: 'Draw a cat' }]

const ofGemini = {
  candidates: [
    {
      content: {
        role: 'model',
        parts: [{ text: 'A cat.' }, { inlineData: { mimeType: 'image/png', data: PNG } }],
      },
      finishReason: 'STOP',
    },
  ],
  usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 1290, totalTokenCount: 1293 },
}
const ofChat = {
  id: 'c1',
  model: 'google/gemini-image',
  choices: [
    {
      index: 0,
      message: { role: 'assistant', content: 'A cat.', images: [IMAGE] },
      finish_reason: 'stop',
    },
  ],
}

describe('a whole answer', () => {
  test('of Gemini has its picture in the message of a chat client', () => {
    const { choices } = answered({ client: 'chat', upstream: 'gemini' }, ofGemini)
    expect(choices[0].message).toMatchObject({ content: 'A cat.', images: [IMAGE] })
  })

  test('of chat has its picture in the parts of a Gemini client and the items of Responses', () => {
    const { candidates } = answered({ client: 'gemini', upstream: 'chat' }, ofChat)
    expect(candidates[0].content.parts).toEqual([
      { text: 'A cat.' },
      { inlineData: { mimeType: 'image/png', data: PNG } },
    ])
    const { output } = answered({ client: 'responses', upstream: 'chat' }, ofChat)
    expect(output[1]).toMatchObject({ type: 'image_generation_call', result: PNG })
  })

  test('of a picture alone has no text', () => {
    const [candidate] = ofGemini.candidates
    const parts = candidate?.content.parts.slice(1)
    const picture = { candidates: [{ ...candidate, content: { role: 'model', parts } }] }
    const { choices } = answered({ client: 'chat', upstream: 'gemini' }, picture)
    expect(choices[0].message).toMatchObject({ content: null, images: [IMAGE] })
  })
})

describe('a stream', () => {
  test('of Gemini has its pictures in one delta, because OpenAI’s client keeps the last', () => {
    const { text } = streamed({ client: 'chat', upstream: 'gemini' }, [ofGemini, ofGemini])
    const deltas = dataOf(text).flatMap((chunk) => chunk.choices?.[0]?.delta ?? [])
    const images = [IMAGE, { ...IMAGE, index: 1 }]
    expect(deltas.filter((delta) => delta.images !== undefined)).toEqual([{ images }])
  })

  test('of Gemini has no drafts that its model thought about', () => {
    const draft = { thought: true, inlineData: { mimeType: 'image/png', data: 'ZHJhZnQ=' } }
    const [candidate] = ofGemini.candidates
    const parts = [draft, ...(candidate?.content.parts ?? [])]
    const drafted = { candidates: [{ ...candidate, content: { role: 'model', parts } }] }
    const { choices } = answered({ client: 'chat', upstream: 'gemini' }, drafted)
    expect(choices[0].message.images).toEqual([IMAGE])
  })

  test('of chat is read with pictures in `images`, or in a content that is a list', () => {
    const deltas = [{ images: [IMAGE] }, { content: [{ type: 'text', text: 'x' }, IMAGE] }]
    const events = eventsFrom('chat', [
      ...deltas.map((delta) => ({ choices: [{ index: 0, delta }] })),
      { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] },
      '[DONE]',
    ])
    const media = events.flatMap((event) =>
      event.type === 'open' && event.part.type === 'media' ? [event.part.source] : [],
    )
    expect(media).toEqual([
      { type: 'data', data: PNG },
      { type: 'data', data: PNG },
    ])
  })
})

test('pictures of a stream that is made whole are all there, however they are numbered', () => {
  const stream = openCollected()
  for (const url of [URL, 'https://a.b/c.png'])
    addChunk(stream, {
      choices: [{ index: 0, delta: { images: [{ ...IMAGE, image_url: { url } }] } }],
    })
  addChunk(stream, { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] })
  const { choices } = JSON.parse(wholeReply(stream, 'chat/completions') ?? '')
  expect(choices[0].message.images).toEqual([
    IMAGE,
    { ...IMAGE, image_url: { url: 'https://a.b/c.png' }, index: 1 },
  ])
})

test('a stream that passes can be gone on with only if it has no picture', () => {
  const choice = new PassedChoice()
  choice.add({ delta: { content: 'A cat' } })
  expect(choice.sent()).not.toBeNull()
  choice.add({ delta: { images: [IMAGE] } })
  expect(choice.sent()).toBeNull()
})

test.each([
  ['data:image/png; base64,', { type: 'data', data: PNG }],
  ['data:image/png;charset="utf-8";base64,', { type: 'data', data: PNG }],
  ['https://a.b/', { type: 'url', url: `https://a.b/${PNG}` }],
] as const)('a picture at %s', (head, source) => {
  const images = [{ type: 'image_url', image_url: { url: `${head}${PNG}` } }]
  const mime = source.type === 'data' ? 'image/png' : null
  expect(imagesOf({ images })).toEqual([{ type: 'media', kind: 'image', source, mime }])
})

test('a picture by address is one for a Gemini client, too', () => {
  const images = [{ type: 'image_url', image_url: { url: 'https://a.b/c.png' } }]
  const [choice] = ofChat.choices
  const addressed = { choices: [{ ...choice, message: { ...choice?.message, images } }] }
  const { candidates } = answered({ client: 'gemini', upstream: 'chat' }, addressed)
  expect(candidates[0].content.parts[1]).toEqual({
    fileData: { fileUri: 'https://a.b/c.png', mimeType: 'image/png' },
  })
})

describe('a request for pictures', () => {
  const chat = { messages: MESSAGES, modalities: ['image', 'text'] }
  const contents = [{ role: 'user', parts: [{ text: 'Draw a cat' }] }]
  const gemini = { contents, generationConfig: { responseModalities: ['TEXT', 'IMAGE'] } }

  test('goes over between chat and Gemini without a loss', () => {
    expect(sentBody('chat', chat, 'gemini').generationConfig).toMatchObject({
      responseModalities: ['IMAGE', 'TEXT'],
    })
    expect(sentBody('gemini', gemini, 'chat')).toMatchObject({ modalities: ['text', 'image'] })
    expect([...lossesOf('chat', chat, 'gemini'), ...lossesOf('gemini', gemini, 'chat')]).toEqual([])
  })

  test('is refused where answers hold none, and so is one for sound', () => {
    expect(() => sentBody('chat', chat, 'messages')).toThrow("'modalities' can't be sent")
    expect(() => sentBody('gemini', gemini, 'converse')).toThrow('responseModalities')
    const sound = { messages: MESSAGES, modalities: ['text', 'audio'] }
    expect(() => sentBody('chat', sound, 'gemini')).toThrow("'modalities' can't be sent")
  })
})
