/** Turns as the `contents` of a request to Gemini. */
import type { Content, FunctionResponse, Part as GeminiPart } from '@google/genai'
import { cannotCarry, reportDetail } from '../neutral/carry.ts'
import type { FieldNames } from '../neutral/field-names.ts'
import { argsObject, isObject, parseJson } from '../neutral/fields.ts'
import { typeByEnding } from '../neutral/media.ts'
import type {
  CallPart,
  Loss,
  MediaPart,
  Part,
  ReasoningPart,
  ResultPart,
  Signature,
  TextPart,
  Turn,
} from '../neutral/neutral.ts'
import type { WireTarget } from '../translation/format.ts'
import { returnsTo } from '../translation/signatures.ts'
import { VENDOR } from './signature-slot.ts'

export interface PartContext {
  target: WireTarget
  /** The conversation's field in the client's words. */
  field: string
  names: FieldNames
  losses: Loss[]
}

/** Gemini 3 refuses a step whose first call has no signature; this one it takes from other models' history. */
const SKIP_VALIDATION = 'skip_thought_signature_validator'
/** For a picture of an earlier answer, because clients of other formats keep none for it. */
const UNSIGNED = { thoughtSignature: SKIP_VALIDATION }

export function writeTurn({ role, parts }: Turn, context: PartContext): Content | null {
  const isModel = role === 'model'
  const placed = isModel ? placeSignatures(parts, context.target) : parts
  const skip = context.target.facts.callSignatures ? UNSIGNED : {}
  const written = placed.flatMap((part): GeminiPart[] =>
    isModel && part.type === 'media'
      ? [{ ...writeMedia(part, context), ...skip }]
      : writePart(part, context),
  )
  return written.length === 0 ? null : { role: role === 'model' ? 'model' : 'user', parts: written }
}

/**
 * A client without a slot on calls and texts brought their signatures as empty thoughts before them. Where the
 * first call still has none, the model is instructed not to look for it.
 */
export function placeSignatures(parts: readonly Part[], target: WireTarget): Part[] {
  const placed: Part[] = []
  let carried: Signature | undefined
  for (const part of parts) {
    if (part.type === 'reasoning' && part.text === '' && returnsTo(part.signature, target)) {
      carried = part.signature
      continue
    }
    const takes = (part.type === 'call' || part.type === 'text') && part.signature === undefined
    placed.push(takes && carried !== undefined ? { ...part, signature: carried } : part)
    carried = undefined
  }
  const first = placed.findIndex((part) => part.type === 'call')
  const call = placed[first]
  if (!target.facts.callSignatures || call?.type !== 'call' || returnsTo(call.signature, target))
    return placed
  const skip = { vendor: target.vendor, account: null, payload: SKIP_VALIDATION }
  return placed.with(first, { ...call, signature: skip })
}

function writePart(part: Part, context: PartContext): GeminiPart[] {
  switch (part.type) {
    case 'text':
      return [writeText(part, context)]
    case 'refusal':
      return [{ text: part.text }]
    case 'media':
      return [...titleOf(part), writeMedia(part, context)]
    case 'reasoning':
      return writeThought(part, context)
    case 'call':
      return [writeCall(part, context)]
    case 'result':
      return writeResult(part, context)
    case 'vendor':
      return [{ ...part.raw }]
  }
}

function writeText({ text, signature }: TextPart, { target }: PartContext): GeminiPart {
  return { text, ...slotFor(signature, target) }
}

function slotFor(signature: Signature | undefined, target: WireTarget) {
  return returnsTo(signature, target) ? { thoughtSignature: signature.payload } : {}
}

/** Thoughts are for their maker only; what another model thought is left out. */
function writeThought(
  { text, signature }: ReasoningPart,
  { target, field, losses }: PartContext,
): GeminiPart[] {
  if (returnsTo(signature, target))
    return [{ text, thought: true, thoughtSignature: signature.payload }]
  losses.push({
    field,
    how: 'dropped',
    why: 'a thought of another model, or without its signature',
  })
  return []
}

function writeCall({ id, name, args, signature }: CallPart, { target }: PartContext): GeminiPart {
  return {
    functionCall: { id, name, args: { ...argsObject(args) } },
    ...slotFor(signature, target),
  }
}

/** Before Gemini 3 a result holds text only: its media follow it, and a text says whose they are. */
function writeResult(part: ResultPart, context: PartContext): GeminiPart[] {
  const { callId, name = callId, parts, error } = part
  const media = parts
    .filter((each) => each.type === 'media')
    .map((each) => writeMedia(each, context))
  const texts = parts.flatMap((each) =>
    each.type === 'text' || each.type === 'refusal' ? [each.text] : [],
  )
  const response = responseOf(texts.join('\n'), error)
  const inside = media.length > 0 && context.target.facts.mediaInResults
  const functionResponse: FunctionResponse = {
    id: callId,
    name,
    response,
    ...(inside && { parts: media as NonNullable<FunctionResponse['parts']> }),
  }
  if (media.length === 0 || inside) return [{ functionResponse }]
  return [{ functionResponse }, { text: `From the result of ${name} (call ${callId}):` }, ...media]
}

/** An object is a result as it is; text goes where Google's documents put it. */
function responseOf(text: string, error: boolean): Record<string, unknown> {
  if (error) return { error: text }
  const value = parseJson(text)
  return isObject(value) ? { ...value } : { output: text }
}

/** Gemini's own field for it is refused by one of Google's two hosts. */
function titleOf({ kind, name }: MediaPart): GeminiPart[] {
  return kind === 'document' && name !== undefined ? [{ text: `${name}:` }] : []
}

function writeMedia(part: MediaPart, context: PartContext): GeminiPart {
  const { target, field } = context
  reportDetail(part, context)
  const { kind, source, mime } = part
  if (!target.facts.media[kind]) throw cannotCarry(`${kind} input`, 'gemini', field)
  const mimeType = mime ?? guessedMime(part)
  if (source.type === 'data') return { inlineData: { mimeType, data: source.data } }
  if (source.type === 'text')
    return {
      inlineData: { mimeType: 'text/plain', data: Buffer.from(source.text).toString('base64') },
    }
  if (source.type === 'url') return { fileData: { fileUri: source.url, mimeType } }
  if (source.vendor !== VENDOR)
    throw cannotCarry(`file '${source.id}', which another vendor keeps,`, 'gemini', field)
  return { fileData: { fileUri: source.id, ...(mime !== null && { mimeType: mime }) } }
}

const BY_KIND: Readonly<Record<MediaPart['kind'], string>> = {
  image: 'image/jpeg',
  document: 'application/pdf',
  audio: 'audio/mpeg',
  video: 'video/mp4',
}

/** Gemini wants a type with every address; most end in one. */
function guessedMime({ kind, source }: MediaPart): string {
  const found = source.type === 'url' ? typeByEnding(source.url) : null
  return found ?? BY_KIND[kind]
}
