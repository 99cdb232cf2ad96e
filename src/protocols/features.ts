/** What a request asks of a model beyond text, in any of the wire formats. */
import type { Feature } from '../core/features.ts'

type Body = Readonly<Record<string, unknown>>

export function featuresOf(body: Body, stream: boolean): ReadonlySet<Feature> {
  const found = new Set<Feature>()
  if (stream) found.add('stream')
  if (isFilled(body.tools) || isFilled(body.functions)) found.add('tools')
  if (asksForJson(body)) found.add('json')
  if (asksForReasoning(body)) found.add('reasoning')
  for (const part of [body.messages, body.input, body.contents]) addMedia(part, found)
  return found
}

/** OpenAI Chat, Responses, Messages, and Gemini, in this order. */
function asksForJson(body: Body): boolean {
  const { response_format: chat, text, output_config: messages } = body
  const gemini = objectOf(body.generationConfig)
  return (
    isJsonFormat(chat) ||
    isJsonFormat(objectOf(text).format) ||
    isJsonFormat(objectOf(messages).format) ||
    gemini.responseMimeType === 'application/json' ||
    gemini.responseSchema !== undefined ||
    gemini.responseJsonSchema !== undefined
  )
}

function isJsonFormat(format: unknown): boolean {
  const { type } = objectOf(format)
  return typeof type === 'string' && type.startsWith('json')
}

function asksForReasoning(body: Body): boolean {
  const { reasoning_effort: chat, reasoning: responses, thinking: messages } = body
  if (typeof chat === 'string') return chat !== 'none'
  const { effort } = objectOf(responses)
  if (typeof effort === 'string') return effort !== 'none'
  const { type } = objectOf(messages)
  if (typeof type === 'string') return type !== 'disabled'
  return objectOf(body.generationConfig).thinkingConfig !== undefined
}

const MEDIA: Readonly<Record<string, Feature>> = {
  image_url: 'images',
  input_image: 'images',
  image: 'images',
  input_audio: 'audio',
  audio: 'audio',
  file: 'documents',
  input_file: 'documents',
  document: 'documents',
}
/** A message holds parts, and a tool's result in a part may hold parts of its own. */
const MAX_DEPTH = 6

function addMedia(value: unknown, found: Set<Feature>, depth = 0): void {
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return
  if (Array.isArray(value)) {
    for (const item of value) addMedia(item, found, depth + 1)
    return
  }
  const part = value as Body
  const feature = typeof part.type === 'string' ? MEDIA[part.type] : undefined
  if (feature !== undefined) found.add(feature)
  const { mimeType } = { ...objectOf(part.fileData), ...objectOf(part.inlineData) }
  if (typeof mimeType === 'string') found.add(mediaOf(mimeType))
  for (const inner of [part.content, part.parts, part.output]) addMedia(inner, found, depth + 1)
}

function mediaOf(mimeType: string): Feature {
  if (mimeType.startsWith('image/')) return 'images'
  return mimeType.startsWith('audio/') ? 'audio' : 'documents'
}

function objectOf(value: unknown): Body {
  return typeof value === 'object' && value !== null ? (value as Body) : {}
}

function isFilled(list: unknown): boolean {
  return Array.isArray(list) && list.length > 0
}
