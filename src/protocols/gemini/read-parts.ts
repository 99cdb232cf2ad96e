/** The `contents` of a request, as turns. */
import { isObject, listAt, objectAt, optionalText, refuse, textAt } from '../neutral/fields.ts'
import { mediaType, typeByEnding } from '../neutral/media.ts'
import type {
  JsonObject,
  MediaPart,
  Part,
  ReasoningPart,
  ResultPart,
  Turn,
} from '../neutral/neutral.ts'
import { present } from '../neutral/present.ts'
import { fromSlot, VENDOR } from './signature-slot.ts'

/** The calls of one tool, in their order. Each is looked at once, however many there are. */
interface CallsOfTool {
  ids: string[]
  /** Those before it have their results. */
  next: number
  /** How often each id is still without its result. */
  open: Map<string, number>
  /** How often each id was answered by name, before its turn in the order. */
  answered: Map<string, number>
}

/** Calls may come without ids: then results belong to them by name, in their order. */
class CallIds {
  private made = 0
  private readonly tools = new Map<string, CallsOfTool>()

  forCall(name: string, id: string | undefined): string {
    const given = id ?? `call_${this.made++}`
    const calls = this.tools.get(name) ?? noCalls()
    this.tools.set(name, calls)
    calls.ids.push(given)
    add(calls.open, given, 1)
    return given
  }

  forResult(name: string, id: string | undefined, field: string): string {
    const calls = this.tools.get(name)
    const known = id ?? (calls === undefined ? undefined : firstOpen(calls))
    if (known === undefined)
      throw refuse(field, `answers no functionCall of '${name}' in this conversation`)
    if (calls !== undefined && (calls.open.get(known) ?? 0) > 0) {
      add(calls.open, known, -1)
      add(calls.answered, known, 1)
    }
    return known
  }
}

function noCalls(): CallsOfTool {
  return { ids: [], next: 0, open: new Map(), answered: new Map() }
}

function firstOpen(calls: CallsOfTool): string | undefined {
  for (; calls.next < calls.ids.length; calls.next++) {
    const id = calls.ids[calls.next] as string
    if ((calls.answered.get(id) ?? 0) === 0) return id
    add(calls.answered, id, -1)
  }
  return undefined
}

function add(counts: Map<string, number>, id: string, count: number): void {
  counts.set(id, (counts.get(id) ?? 0) + count)
}

export function readContents(contents: unknown): Turn[] {
  if (typeof contents === 'string')
    return [{ role: 'user', parts: [{ type: 'text', text: contents }] }]
  const ids = new CallIds()
  return listAt(contents, 'contents').map((value, at) => {
    const field = `contents[${at}]`
    const content = objectAt(value, field)
    return { role: roleOf(content.role, field), parts: readParts(content.parts, field, ids) }
  })
}

/** `function` is the older name for the turn with the results. */
const USER_ROLES: readonly unknown[] = [undefined, null, '', 'user', 'function', 'tool']

function roleOf(role: unknown, field: string): Turn['role'] {
  if (role === 'model') return 'model'
  if (USER_ROLES.includes(role)) return 'user'
  throw refuse(`${field}.role`, 'must be user or model')
}

export function readParts(parts: unknown, field: string, ids = new CallIds()): Part[] {
  const list = isObject(parts) ? [parts] : listAt(parts, `${field}.parts`)
  const read = list.map((part, at) => {
    const place = `${field}.parts[${at}]`
    return readPart(objectAt(part, place), place, ids)
  })
  return joinThoughts(read)
}

/** A stream's thought comes back in the pieces that it was sent in; the signature is of the whole. */
function joinThoughts(parts: readonly Part[]): Part[] {
  const joined: Part[] = []
  for (const part of parts) {
    const last = joined.at(-1)
    if (part.type === 'reasoning' && last?.type === 'reasoning' && last.signature === undefined)
      joined[joined.length - 1] = { ...part, text: last.text + part.text }
    else joined.push(part)
  }
  return joined
}

function readPart(part: JsonObject, field: string, ids: CallIds): Part {
  const { text, thought, functionCall, functionResponse, inlineData, fileData } = part
  const signature = signatureOf(part)
  if (functionCall !== undefined)
    return {
      ...readCall(objectAt(functionCall, field), `${field}.functionCall`, ids),
      ...signature,
    }
  if (functionResponse !== undefined)
    return readResult(objectAt(functionResponse, field), `${field}.functionResponse`, ids)
  if (inlineData !== undefined) return readBlob(inlineData, `${field}.inlineData`)
  if (fileData !== undefined) return readFile(fileData, `${field}.fileData`)
  if (thought === true)
    return { type: 'reasoning', text: optionalText(text, `${field}.text`) ?? '', ...signature }
  if (text !== undefined) return { type: 'text', text: textAt(text, `${field}.text`), ...signature }
  // A part of nothing but a signature is an empty text.
  if (signature.signature !== undefined) return { type: 'text', text: '', ...signature }
  return { type: 'vendor', wire: 'gemini', raw: part }
}

export function signatureOf(part: JsonObject): Pick<ReasoningPart, 'signature'> {
  const { thoughtSignature } = part
  return typeof thoughtSignature === 'string' && thoughtSignature !== ''
    ? { signature: fromSlot(thoughtSignature) }
    : {}
}

function readCall(call: JsonObject, field: string, ids: CallIds): Part {
  const name = textAt(call.name, `${field}.name`)
  return {
    type: 'call',
    id: ids.forCall(name, optionalText(call.id, `${field}.id`)),
    name,
    args: JSON.stringify(call.args ?? {}),
  }
}

function readResult(result: JsonObject, field: string, ids: CallIds): ResultPart {
  const name = textAt(result.name, `${field}.name`)
  const callId = ids.forResult(name, optionalText(result.id, `${field}.id`), field)
  const response = objectAt(result.response ?? {}, `${field}.response`)
  const { text, error } = resultText(response)
  const media = Array.isArray(result.parts)
    ? result.parts.filter(isObject).map((part, at) => resultMedia(part, `${field}.parts[${at}]`))
    : []
  return { type: 'result', callId, name, parts: [{ type: 'text', text }, ...media], error }
}

/** Google names two members: `output` and `error`. Any other object is a result as it is. */
function resultText(response: JsonObject): { text: string; error: boolean } {
  const names = Object.keys(response)
  const [only] = names.length === 1 ? names : []
  if (only === 'output' && typeof response.output === 'string')
    return { text: response.output, error: false }
  if (only === 'error') {
    const { error } = response
    return { text: typeof error === 'string' ? error : JSON.stringify(error), error: true }
  }
  return { text: JSON.stringify(response), error: false }
}

function resultMedia(part: JsonObject, field: string): MediaPart {
  return part.fileData === undefined
    ? readBlob(part.inlineData, `${field}.inlineData`)
    : readFile(part.fileData, `${field}.fileData`)
}

function readBlob(value: unknown, field: string): MediaPart {
  const blob = objectAt(value, field)
  const said = textAt(blob.mimeType, `${field}.mimeType`)
  const mime = mediaType(said) ?? said
  const data = textAt(blob.data, `${field}.data`)
  const name = optionalText(blob.displayName, `${field}.displayName`)
  return {
    type: 'media',
    kind: kindOf(mime),
    source: { type: 'data', data: standardBase64(data) },
    mime,
    ...present({ name }),
  }
}

/** Files of Google's own API have addresses, too; any other address is one of the web or a bucket. */
const FILES_API = /^(?:https:\/\/generativelanguage\.googleapis\.com\/[^/]+\/)?files\//

/** Google plays these by their pages' addresses. */
const VIDEO_PAGES = /^https?:\/\/(?:www\.|m\.)?(?:youtube\.com|youtu\.be)\//

function readFile(value: unknown, field: string): MediaPart {
  const file = objectAt(value, field)
  const url = textAt(file.fileUri, `${field}.fileUri`)
  const mime = mediaType(optionalText(file.mimeType, `${field}.mimeType`))
  return {
    type: 'media',
    kind:
      mime === null && VIDEO_PAGES.test(url) ? 'video' : kindOf(mime ?? typeByEnding(url) ?? ''),
    source: FILES_API.test(url) ? { type: 'file', id: url, vendor: VENDOR } : { type: 'url', url },
    mime,
  }
}

export function kindOf(mime: string): MediaPart['kind'] {
  const [kind] = mime.split('/')
  return kind === 'image' || kind === 'audio' || kind === 'video' ? kind : 'document'
}

/** Google's clients write base64 in the alphabet for URLs, too; no other vendor takes that. */
function standardBase64(data: string): string {
  return /[-_]/.test(data) ? Buffer.from(data, 'base64').toString('base64') : data
}
