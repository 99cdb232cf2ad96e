/** Writes parts as content blocks of a Messages request. */
import { CLAUDE_IDS, fittedId } from '../neutral/call-ids.ts'
import { cannotCarry, reportDetail } from '../neutral/carry.ts'
import { argsObject } from '../neutral/fields.ts'
import type {
  CacheMark,
  JsonObject,
  MediaPart,
  Part,
  ReasoningPart,
  ResultPart,
  TextPart,
} from '../neutral/neutral.ts'
import { isBlank } from '../neutral/turns.ts'
import type { BlockContext } from '../translation/format.ts'
import { returnsTo } from '../translation/signatures.ts'

const IMAGES = new Set(['image/jpeg', 'image/png', 'image/gif', 'image/webp'])

export function writeBlocks(parts: readonly Part[], context: BlockContext): JsonObject[] {
  const blocks: JsonObject[] = []
  for (const part of parts) {
    if (isBlank(part)) continue
    const block = writeBlock(part, context)
    if (block !== null) blocks.push(block)
  }
  return blocks
}

/** Null: the part is not for this vendor. */
function writeBlock(part: Part, context: BlockContext): JsonObject | null {
  switch (part.type) {
    case 'text':
      return writeText(part)
    case 'refusal':
      return { type: 'text', text: part.text }
    case 'media':
      return { ...writeMedia(part, context), ...part.own, ...cacheControl(part.cache) }
    case 'reasoning':
      return writeThinking(part, context)
    case 'call':
      return {
        type: 'tool_use',
        id: fittedId(part.id, CLAUDE_IDS),
        name: part.name,
        input: argsObject(part.args),
        ...cacheControl(part.cache),
      }
    case 'result':
      return writeResult(part, context)
    case 'vendor':
      return part.raw
  }
}

function writeText({ text, citations, cache }: TextPart): JsonObject {
  const raw = citations?.flatMap((citation) => (isClaudes(citation.raw) ? [citation.raw] : []))
  return {
    type: 'text',
    text,
    ...(raw !== undefined && raw.length > 0 && { citations: raw }),
    ...cacheControl(cache),
  }
}

function isClaudes(raw: JsonObject | undefined): raw is JsonObject {
  return typeof raw?.type === 'string' && raw.type.endsWith('_location')
}

/** A thought without Claude's own signature is refused by Claude, so it is left out. */
function writeThinking(
  part: ReasoningPart,
  { target, field, losses }: BlockContext,
): JsonObject | null {
  const { signature, redacted, text } = part
  if (
    !returnsTo(signature, target) ||
    (signature.payload === '' && target.vendor === 'anthropic')
  ) {
    losses.push({
      field,
      how: 'dropped',
      why: 'a thought of another model, or without its signature',
    })
    return null
  }
  if (redacted) return { type: 'redacted_thinking', data: signature.payload }
  return { type: 'thinking', thinking: text, signature: signature.payload }
}

function writeResult(part: ResultPart, context: BlockContext): JsonObject {
  const content = writeBlocks(part.parts, context)
  return {
    type: 'tool_result',
    tool_use_id: fittedId(part.callId, CLAUDE_IDS),
    ...(content.length > 0 && { content }),
    ...(part.error && { is_error: true }),
    ...cacheControl(part.cache),
  }
}

function writeMedia(part: MediaPart, context: BlockContext): JsonObject {
  const { field, target } = context
  reportDetail(part, context)
  const { kind, source, mime, name } = part
  if (kind !== 'image' && kind !== 'document') throw cannotCarry(`${kind} input`, 'messages', field)
  if (source.type === 'file' && source.vendor !== target.vendor)
    throw cannotCarry(`file '${source.id}', which another vendor keeps,`, 'messages', field)
  if (source.type === 'file') return { type: kind, source: { type: 'file', file_id: source.id } }
  if (source.type === 'url') {
    if (!/^https?:/i.test(source.url))
      throw cannotCarry(`the address '${source.url}'`, 'messages', field)
    return { type: kind, source: { type: 'url', url: source.url } }
  }
  if (kind === 'image') {
    if (source.type === 'text' || mime === null || !IMAGES.has(mime))
      throw cannotCarry(`an image of type '${mime}'`, 'messages', field)
    return { type: 'image', source: { type: 'base64', media_type: mime, data: source.data } }
  }
  return {
    type: 'document',
    source: documentSource(part, field),
    ...(name !== undefined && { title: name }),
  }
}

function documentSource({ source, mime }: MediaPart, field: string): JsonObject {
  if (source.type === 'text') return { type: 'text', media_type: 'text/plain', data: source.text }
  if (source.type === 'data' && mime?.startsWith('text/'))
    return {
      type: 'text',
      media_type: 'text/plain',
      data: Buffer.from(source.data, 'base64').toString(),
    }
  if (source.type === 'data' && mime === 'application/pdf')
    return { type: 'base64', media_type: mime, data: source.data }
  throw cannotCarry(`a document of type '${mime}'`, 'messages', field)
}

export function cacheControl(cache: CacheMark | undefined): JsonObject {
  if (cache === undefined) return {}
  return { cache_control: { type: 'ephemeral', ...(cache.ttl !== null && { ttl: cache.ttl }) } }
}
