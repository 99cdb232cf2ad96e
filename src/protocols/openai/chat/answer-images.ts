/**
 * Pictures in answers. Chat Completions has no place for them; `images` is what OpenRouter and the gateways after it use
 * (openrouter.ai/docs/features/multimodal/image-generation), in a message and in a delta alike.
 */
import { isObject } from '../../neutral/fields.ts'
import { mediaType } from '../../neutral/media.ts'
import type { JsonObject, MediaPart } from '../../neutral/neutral.ts'

const UNKNOWN_TYPE = 'image/png'

/** `index` counts the pictures of the answer. Null: it is no picture, or only its vendor has it. */
export function writeImage({ kind, source, mime }: MediaPart, index: number): JsonObject | null {
  if (kind !== 'image') return null
  if (source.type === 'url') return { type: 'image_url', image_url: { url: source.url }, index }
  if (source.type !== 'data') return null
  const url = `data:${mime ?? UNKNOWN_TYPE};base64,${source.data}`
  return { type: 'image_url', image_url: { url }, index }
}

/** Of a message or a delta: those in a content that is a list, or else its `images`. */
export function imagesOf({ images, content }: JsonObject): MediaPart[] {
  const inContent = listed(content)
  return inContent.length > 0 ? inContent : listed(images)
}

function listed(list: unknown): MediaPart[] {
  if (!Array.isArray(list)) return []
  return list.flatMap((item) => {
    const image = isObject(item) ? item.image_url : undefined
    const url = isObject(image) ? image.url : image
    return typeof url === 'string' && url !== '' ? [imageAt(url)] : []
  })
}

function imageAt(url: string): MediaPart {
  const comma = url.indexOf(',')
  const head = comma < 0 ? '' : url.slice(0, comma)
  if (!/^data:/i.test(head))
    return { type: 'media', kind: 'image', source: { type: 'url', url }, mime: null }
  const data = url.slice(comma + 1)
  const mime = mediaType(head.slice('data:'.length)) ?? UNKNOWN_TYPE
  return { type: 'media', kind: 'image', source: { type: 'data', data }, mime }
}
