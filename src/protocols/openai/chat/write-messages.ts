/** Writes turns as messages of a Chat Completions request. */
import { cannotCarry } from '../../neutral/carry.ts'
import { asUrl } from '../../neutral/media.ts'
import type {
  JsonObject,
  Loss,
  MediaPart,
  Part,
  ReasoningPart,
  ResultPart,
  Turn,
} from '../../neutral/neutral.ts'
import { isBlank } from '../../neutral/turns.ts'
import type { WireTarget } from '../../translation/format.ts'
import { writeImage } from './answer-images.ts'
import { callId } from './quirks.ts'

interface MessageContext {
  target: WireTarget
  /** The conversation's field in the client's words. */
  field: string
  losses: Loss[]
}

export function writeMessages(turns: readonly Turn[], context: MessageContext): JsonObject[] {
  return turns.flatMap((turn) => writeTurn(turn, context))
}

function writeTurn({ role, parts }: Turn, context: MessageContext): JsonObject[] {
  if (role === 'model') return writeAnswer(parts, context)
  if (role === 'system')
    return [{ role: 'system', content: plainText(parts, 'a system message', context) }]
  const results = parts.filter((part) => part.type === 'result')
  const said = writeContent(
    parts.filter((part) => part.type !== 'result'),
    context,
  )
  const shown = results.flatMap((result) => mediaOf(result, context))
  const content = [...shown, ...said]
  return [
    ...results.map((result) => writeResult(result, context)),
    ...(content.length > 0 ? [{ role: 'user', content: asPlain(content) }] : []),
  ]
}

function writeAnswer(parts: readonly Part[], context: MessageContext): JsonObject[] {
  const texts: string[] = []
  const thoughts: string[] = []
  const calls: JsonObject[] = []
  const images: JsonObject[] = []
  for (const part of parts) {
    if (part.type === 'text' || part.type === 'refusal') texts.push(part.text)
    else if (part.type === 'reasoning') thoughts.push(...ownThought(part, context))
    else if (part.type === 'call') {
      const called = { name: part.name, arguments: part.args }
      calls.push({ id: callId(part.id, context.target), type: 'function', function: called })
    } else if (part.type === 'media') {
      const image = writeImage(part, images.length)
      if (image !== null) images.push(image)
    }
  }
  const content = texts.join('')
  if (content === '' && calls.length + images.length === 0) return []
  return [
    {
      role: 'assistant',
      content: content === '' ? null : content,
      ...(thoughts.length > 0 && { reasoning_content: thoughts.join('') }),
      ...(calls.length > 0 && { tool_calls: calls }),
      ...(images.length > 0 && { images }),
    },
  ]
}

/** DeepSeek and Kimi require their own thoughts back; OpenAI accepts none here, and no vendor accepts another's. */
function ownThought(
  { text, signature }: ReasoningPart,
  { target, field, losses }: MessageContext,
): string[] {
  const own =
    target.vendor !== 'openai' && (signature === undefined || signature.vendor === target.vendor)
  if (own) return text === '' ? [] : [text]
  losses.push({
    field,
    how: 'dropped',
    why: 'a thought of another model, or one that the upstream takes no more',
  })
  return []
}

function writeResult(result: ResultPart, context: MessageContext): JsonObject {
  const texts = result.parts.filter((part) => part.type !== 'media')
  const media = result.parts.length - texts.length
  const text = plainText(texts, 'a tool result', context)
  const note = text === '' && media > 0 ? 'The result is shown in the next message.' : text
  return {
    role: 'tool',
    tool_call_id: callId(result.callId, context.target),
    content: result.error ? `Error: ${note}` : note,
  }
}

/** A tool message takes text only: its media come in a user message after it, naming the call. */
function mediaOf(result: ResultPart, context: MessageContext): JsonObject[] {
  const media = result.parts.filter((part) => part.type === 'media')
  if (media.length === 0) return []
  const about = `Result of tool call ${callId(result.callId, context.target)} (${result.name ?? 'tool'}):`
  return [{ type: 'text', text: about }, ...media.map((part) => writeMedia(part, context))]
}

function plainText(parts: readonly Part[], where: string, { field }: MessageContext): string {
  const texts = parts.map((part) => {
    if (part.type === 'text' || part.type === 'refusal') return part.text
    throw cannotCarry(`${part.type} in ${where}`, 'chat', field)
  })
  return texts.join('\n')
}

function writeContent(parts: readonly Part[], context: MessageContext): JsonObject[] {
  return parts
    .filter((part) => !isBlank(part))
    .map((part) => {
      if (part.type === 'text' || part.type === 'refusal') return { type: 'text', text: part.text }
      if (part.type === 'media') return writeMedia(part, context)
      throw cannotCarry(`${part.type} of a user`, 'chat', context.field)
    })
}

/** Some compatible upstreams take text only as a string. */
function asPlain(content: readonly JsonObject[]): unknown {
  if (content.some((part) => part.type !== 'text')) return content
  return content.map((part) => part.text).join('\n\n')
}

function writeMedia(part: MediaPart, { target, field }: MessageContext): JsonObject {
  const { kind, source, mime, name, detail } = part
  if (!target.facts.media[kind]) throw cannotCarry(`${kind} input`, 'chat', field)
  if (source.type === 'file') {
    if (source.vendor !== target.vendor)
      throw cannotCarry(`file '${source.id}', which another vendor keeps,`, 'chat', field)
    return { type: 'file', file: { file_id: source.id } }
  }
  const url = asUrl(source, mime) ?? ''
  switch (kind) {
    case 'image':
      return { type: 'image_url', image_url: { url, ...(detail !== undefined && { detail }) } }
    case 'video':
      return { type: 'video_url', video_url: { url } }
    case 'audio':
      if (source.type !== 'data') throw cannotCarry('audio by address', 'chat', field)
      return { type: 'input_audio', input_audio: { data: source.data, format: audioFormat(mime) } }
    default:
      return writeDocument(part, url, name, field)
  }
}

function writeDocument(
  { source, mime }: MediaPart,
  url: string,
  name: string | undefined,
  field: string,
): JsonObject {
  if (source.type === 'text') return { type: 'text', text: titled(source.text, name) }
  if (source.type === 'data' && mime?.startsWith('text/'))
    return { type: 'text', text: titled(Buffer.from(source.data, 'base64').toString(), name) }
  if (source.type !== 'data') throw cannotCarry('a document by address', 'chat', field)
  return { type: 'file', file: { filename: name ?? 'document.pdf', file_data: url } }
}

function titled(text: string, name: string | undefined): string {
  return name === undefined ? text : `${name}:\n${text}`
}

function audioFormat(mime: string | null): string {
  const format = mime?.split('/')[1] ?? 'wav'
  return format === 'mpeg' ? 'mp3' : format.replace(/^x-/, '')
}
