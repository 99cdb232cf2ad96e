/** Reads content blocks of Messages, of requests and answers alike. */
import type { ContentBlockParam, TextCitation } from '@anthropic-ai/sdk/resources/messages.js'
import { invalidRequest } from '../../core/errors.ts'
import {
  choiceAt,
  isObject,
  isUnset,
  leftovers,
  listAt,
  nameAt,
  objectAt,
  optionalBoolean,
  optionalText,
  textAt,
} from '../neutral/fields.ts'
import { mediaType } from '../neutral/media.ts'
import type {
  CacheMark,
  CallPart,
  Citation,
  JsonObject,
  MediaPart,
  MediaSource,
  Part,
  ReasoningPart,
  ResultPart,
  TextPart,
  VendorPart,
} from '../neutral/neutral.ts'
import { readSignature } from '../translation/signatures.ts'

/** What made a signature in these slots, unless it is wrapped. */
const VENDOR = 'anthropic'
const KNOWN_MEDIA = new Set(['type', 'source', 'title', 'cache_control'])

export function readContent(value: unknown, path: string): Part[] {
  if (typeof value === 'string') return [{ type: 'text', text: value }]
  return listAt(value, path).map((block, at) =>
    readBlock(objectAt(block, `${path}[${at}]`), `${path}[${at}]`),
  )
}

/** A text or a list of text blocks: what `system` takes. */
export function readTextBlocks(value: unknown, path: string): Part[] {
  const parts = readContent(value, path)
  const wrong = parts.findIndex((part) => part.type !== 'text')
  if (wrong >= 0) throw invalidRequest(`'${path}' takes text blocks only`, `${path}[${wrong}].type`)
  return parts
}

export function readBlock(block: JsonObject, path: string, vendor: string = VENDOR): Part {
  switch (block.type as ContentBlockParam['type']) {
    case 'text':
      return readText(block, path)
    case 'image':
      return { ...readMedia(block, 'image', path), ...marked(block, path) }
    case 'document':
      return readDocument(block, path)
    case 'thinking':
      return readThinking(block, path, vendor)
    case 'redacted_thinking': {
      const data = textAt(block.data, `${path}.data`)
      return { type: 'reasoning', text: '', redacted: true, signature: readSignature(data, vendor) }
    }
    case 'tool_use':
      return readCall(block, path)
    case 'tool_result':
      return readResult(block, path)
    default:
      nameAt(block.type, `${path}.type`)
      return readVendor(block, path)
  }
}

/** What means something to Claude only; some of it other models can read as text and images. */
function readVendor(block: JsonObject, path: string): VendorPart {
  const plain = plainParts(block, path)
  return { type: 'vendor', wire: 'messages', raw: block, ...(plain !== null && { plain }) }
}

function plainParts(block: JsonObject, path: string): Part[] | null {
  switch (block.type) {
    case 'tool_reference':
      return [{ type: 'text', text: `The tool '${block.tool_name}' is available.` }]
    // A summary of all before it.
    case 'compaction':
      return typeof block.content === 'string' ? [{ type: 'text', text: block.content }] : null
    case 'search_result': {
      const said = readContent(block.content, `${path}.content`)
      return underHeading(`${block.title} (${block.source})`, said, marked(block, path))
    }
    case 'document': {
      const { content } = objectAt(block.source, `${path}.source`)
      const said = readContent(content, `${path}.source.content`)
      const heading = [block.title, block.context].filter((text) => !isUnset(text)).join('\n')
      return underHeading(heading, said, marked(block, path))
    }
    default:
      return null
  }
}

/** The block's mark goes to its last part. */
function underHeading(heading: string, said: readonly Part[], mark: { cache?: CacheMark }): Part[] {
  const parts: Part[] = heading === '' ? [...said] : [{ type: 'text', text: heading }, ...said]
  const last = parts.pop()
  return last === undefined ? [] : [...parts, { ...last, ...mark } as Part]
}

function readText(block: JsonObject, path: string): TextPart {
  const part: TextPart = {
    type: 'text',
    text: textAt(block.text, `${path}.text`),
    ...marked(block, path),
  }
  if (Array.isArray(block.citations) && block.citations.length > 0)
    part.citations = block.citations.filter(isObject).map(readCitation)
  return part
}

/** Of the kinds of citation only web results have an address that others know. */
export function readCitation(citation: JsonObject): Citation {
  const {
    url,
    title,
    cited_text: cited,
  } = citation as Partial<Extract<TextCitation, { type: 'web_search_result_location' }>>
  const read: Citation = { url: url ?? '', raw: citation }
  if (typeof title === 'string') read.title = title
  if (typeof cited === 'string') read.text = cited
  return read
}

function readThinking(block: JsonObject, path: string, vendor: string): ReasoningPart {
  const part: ReasoningPart = {
    type: 'reasoning',
    text: textAt(block.thinking, `${path}.thinking`),
  }
  const signature = optionalText(block.signature, `${path}.signature`)
  if (signature !== undefined && signature !== '') part.signature = readSignature(signature, vendor)
  return part
}

function readCall(block: JsonObject, path: string): CallPart {
  const { input } = block
  return {
    type: 'call',
    id: nameAt(block.id, `${path}.id`),
    name: nameAt(block.name, `${path}.name`),
    args: isUnset(input) ? '{}' : JSON.stringify(input),
    ...marked(block, path),
  }
}

function readResult(block: JsonObject, path: string): ResultPart {
  return {
    type: 'result',
    callId: nameAt(block.tool_use_id, `${path}.tool_use_id`),
    parts: isUnset(block.content) ? [] : readContent(block.content, `${path}.content`),
    error: optionalBoolean(block.is_error, `${path}.is_error`) ?? false,
    ...marked(block, path),
  }
}

function readDocument(block: JsonObject, path: string): Part {
  const source = objectAt(block.source, `${path}.source`)
  if (source.type === 'content') return readVendor(block, path)
  const title = optionalText(block.title, `${path}.title`)
  const part: MediaPart = { ...readMedia(block, 'document', path), ...marked(block, path) }
  if (title !== undefined) part.name = title
  return part
}

function readMedia(block: JsonObject, kind: 'image' | 'document', path: string): MediaPart {
  const source = objectAt(block.source, `${path}.source`)
  const mime = mediaType(optionalText(source.media_type, `${path}.source.media_type`))
  const part: MediaPart = {
    type: 'media',
    kind,
    source: readSource(source, `${path}.source`),
    mime,
  }
  const own = leftovers(block, KNOWN_MEDIA)
  return Object.keys(own).length > 0 ? { ...part, own } : part
}

function readSource(source: JsonObject, path: string): MediaSource {
  switch (choiceAt(source.type, ['base64', 'url', 'file', 'text'], `${path}.type`)) {
    case 'base64':
      return { type: 'data', data: textAt(source.data, `${path}.data`) }
    case 'url':
      return { type: 'url', url: textAt(source.url, `${path}.url`) }
    case 'file':
      return { type: 'file', id: nameAt(source.file_id, `${path}.file_id`), vendor: VENDOR }
    default:
      return { type: 'text', text: textAt(source.data, `${path}.data`) }
  }
}

export function readCacheMark(holder: JsonObject, path: string): CacheMark | undefined {
  if (isUnset(holder.cache_control)) return undefined
  const { ttl } = objectAt(holder.cache_control, `${path}.cache_control`)
  return { ttl: isUnset(ttl) ? null : choiceAt(ttl, ['5m', '1h'], `${path}.cache_control.ttl`) }
}

function marked(block: JsonObject, path: string): { cache?: CacheMark } {
  const cache = readCacheMark(block, path)
  return cache === undefined ? {} : { cache }
}
