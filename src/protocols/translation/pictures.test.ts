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
  test('of Gemini has each picture in a delta of its own, numbered', () => {
    const { text } = streamed({ client: 'chat', upstream: 'gemini' }, [ofGemini, ofGemini])
    const images = dataOf(text).flatMap((chunk) => chunk.choices?.[0]?.delta.images ?? [])
    expect(images).toEqual([IMAGE, { ...IMAGE, index: 1 }])
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
