/**
 * Pictures in answers. Chat Completions has no place for them; `images` is what OpenRouter and the gateways after it use
 * (openrouter.ai/docs/features/multimodal/image-generation), in a message and in a delta alike.
 */
import { isObject } from '../../neutral/fields.ts'
import type { JsonObject, MediaPart } from '../../neutral/neutral.ts'

const DATA_URL = /^data:([\w.+-]+\/[\w.+-]+)?(?:;[\w=.+-]+)*;base64,/i
const UNKNOWN_TYPE = 'image/png'

/** `index` counts the pictures of the answer. Null: it is no picture, or only its vendor has it. */
export function writeImage({ kind, source, mime }: MediaPart, index: number): JsonObject | null {
  if (kind !== 'image') return null
  if (source.type === 'url') return { type: 'image_url', image_url: { url: source.url }, index }
  if (source.type !== 'data') return null
  const url = `data:${mime ?? UNKNOWN_TYPE};base64,${source.data}`
  return { type: 'image_url', image_url: { url }, index }
}

/** Of a message or a delta: its `images`, and those in a content that is a list. */
export function imagesOf({ images, content }: JsonObject): MediaPart[] {
  const listed = [
    ...(Array.isArray(content) ? content : []),
    ...(Array.isArray(images) ? images : []),
  ]
  return listed.flatMap((item) => {
    const image = isObject(item) ? item.image_url : undefined
    const url = isObject(image) ? image.url : image
    return typeof url === 'string' && url !== '' ? [imageAt(url)] : []
  })
}

function imageAt(url: string): MediaPart {
  const head = DATA_URL.exec(url)
  if (head === null)
    return { type: 'media', kind: 'image', source: { type: 'url', url }, mime: null }
  const data = url.slice(head[0].length)
  const mime = head[1]?.toLowerCase() ?? UNKNOWN_TYPE
  return { type: 'media', kind: 'image', source: { type: 'data', data }, mime }
}
