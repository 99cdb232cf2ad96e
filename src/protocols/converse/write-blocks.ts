/** Parts as content blocks of a request to Bedrock Converse; bytes are base64 there. */
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
} from '../neutral/neutral.ts'
import { isBlank } from '../neutral/turns.ts'
import type { BlockContext, WireTarget } from '../translation/format.ts'
import { returnsTo } from '../translation/signatures.ts'

export function writeBlocks(parts: readonly Part[], context: BlockContext): JsonObject[] {
  const blocks = parts.flatMap((part) =>
    isBlank(part) ? [] : [...writeBlock(part, context), ...cachePoint(part, context.target)],
  )
  // Bedrock refuses a document without an accompanying text.
  const lacksText =
    blocks.some((block) => 'document' in block) && !blocks.some((block) => 'text' in block)
  return lacksText ? [...blocks, { text: 'See the document.' }] : blocks
}

function writeBlock(part: Part, context: BlockContext): JsonObject[] {
  switch (part.type) {
    case 'text':
    case 'refusal':
      return [{ text: part.text }]
    case 'media':
      return [writeMedia(part, context)]
    case 'reasoning':
      return writeThought(part, context)
    case 'call':
      return [
        {
          toolUse: {
            toolUseId: fittedId(part.id, CLAUDE_IDS),
            name: part.name,
            input: argsObject(part.args),
          },
        },
      ]
    case 'result':
      return [writeResult(part, context)]
    case 'vendor':
      return []
  }
}

/** Only these models take marks; the others refuse them. */
const CACHING = /claude|nova/

export function cachePoint(
  part: { cache?: CacheMark } | Part,
  { model }: WireTarget,
): JsonObject[] {
  const cache = 'cache' in part ? part.cache : undefined
  if (cache === undefined || !CACHING.test(model)) return []
  return [{ cachePoint: { type: 'default', ...(cache.ttl !== null && { ttl: cache.ttl }) } }]
}

/** A thought without its maker's signature is refused, so it is left out. */
function writeThought(
  { signature, redacted, text }: ReasoningPart,
  { target, field, losses }: BlockContext,
): JsonObject[] {
  if (!returnsTo(signature, target) || signature.payload === '') {
    losses.push({
      field,
      how: 'dropped',
      why: 'a thought of another model, or without its signature',
    })
    return []
  }
  const { payload } = signature
  return redacted
    ? [{ reasoningContent: { redactedContent: payload } }]
    : [{ reasoningContent: { reasoningText: { text, signature: payload } } }]
}

function writeResult({ callId, parts, error }: ResultPart, context: BlockContext): JsonObject {
  const content = parts.flatMap((part) => (isBlank(part) ? [] : writeBlock(part, context)))
  return {
    toolResult: {
      toolUseId: fittedId(callId, CLAUDE_IDS),
      content: content.length > 0 ? content : [{ text: '(no output)' }],
      ...(error && { status: 'error' }),
    },
  }
}

/** Type → Bedrock's own word for it. */
const FORMATS: Readonly<Record<string, string>> = {
  'image/png': 'png',
  'image/jpeg': 'jpeg',
  'image/jpg': 'jpeg',
  'image/gif': 'gif',
  'image/webp': 'webp',
  'application/pdf': 'pdf',
  'text/plain': 'txt',
  'text/markdown': 'md',
  'text/csv': 'csv',
  'text/html': 'html',
  'application/msword': 'doc',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': 'docx',
  'application/vnd.ms-excel': 'xls',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': 'xlsx',
  'video/mp4': 'mp4',
  'video/quicktime': 'mov',
  'video/webm': 'webm',
  'video/x-matroska': 'mkv',
  'audio/mpeg': 'mp3',
  'audio/mp3': 'mp3',
  'audio/wav': 'wav',
}

function writeMedia(part: MediaPart, context: BlockContext): JsonObject {
  const { target, field } = context
  reportDetail(part, context)
  const { kind, name } = part
  if (!target.facts.media[kind]) throw cannotCarry(`${kind} input`, 'converse', field)
  const source = sourceOf(part, field)
  const mime = part.source.type === 'text' ? 'text/plain' : (part.mime ?? '')
  const format = FORMATS[mime.toLowerCase()]
  if (format === undefined) throw cannotCarry(`${kind} of type '${mime}'`, 'converse', field)
  if (kind !== 'document') return { [kind]: { format, source } }
  return { document: { format, name: documentName(name), source } }
}

function sourceOf({ source }: MediaPart, field: string): JsonObject {
  switch (source.type) {
    case 'data':
      return { bytes: source.data }
    case 'text':
      return { bytes: Buffer.from(source.text).toString('base64') }
    case 'file':
      throw cannotCarry(`file '${source.id}', which another vendor keeps,`, 'converse', field)
    case 'url':
      if (source.url.startsWith('s3://')) return { s3Location: { uri: source.url } }
      throw cannotCarry(
        `the address '${source.url.slice(0, 100)}' (the bytes are needed there)`,
        'converse',
        field,
      )
  }
}

/** Letters, digits, single spaces, hyphens and brackets are all that Bedrock takes in a name. */
function documentName(name = 'document'): string {
  const plain = name
    .replace(/[^\p{L}\p{N}\s\-()[\]]/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim()
  return plain === '' ? 'document' : plain.slice(0, 200)
}
