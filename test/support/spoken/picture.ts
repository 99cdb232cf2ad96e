/** A question about a picture, in the words of each format. */
import type { Json, SpokenFormat } from './format.ts'

export const PICTURE =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
const URL = `data:image/png;base64,${PICTURE}`
const TEXT = 'Tell me'

const TURNS: Record<SpokenFormat['name'], object> = {
  chat: {
    messages: [
      {
        role: 'user',
        content: [
          { type: 'text', text: TEXT },
          { type: 'image_url', image_url: { url: URL } },
        ],
      },
    ],
  },
  responses: {
    input: [
      {
        role: 'user',
        content: [
          { type: 'input_text', text: TEXT },
          { type: 'input_image', image_url: URL, detail: 'auto' },
        ],
      },
    ],
  },
  messages: {
    messages: [
      {
        role: 'user',
        content: [
          { type: 'text', text: TEXT },
          { type: 'image', source: { type: 'base64', media_type: 'image/png', data: PICTURE } },
        ],
      },
    ],
  },
  gemini: {
    contents: [
      {
        role: 'user',
        parts: [{ text: TEXT }, { inlineData: { mimeType: 'image/png', data: PICTURE } }],
      },
    ],
  },
}

export function questionWithPicture(format: SpokenFormat, model: string, stream: boolean): Json {
  return { ...format.question(model, stream), ...TURNS[format.name] }
}
