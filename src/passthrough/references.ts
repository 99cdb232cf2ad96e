/** The objects and models that a request names, wherever they are in its body. */
import { invalidRequest } from '../core/errors.ts'
import { TUNED_MODELS } from '../core/providers/tuned-models.ts'
import { NAMING_FIELDS, namedByGemini, TUNED_MODEL } from './gemini-names.ts'
import { isVendorsOwn, KIND_OF_FIELD } from './naming-fields.ts'
import type { Reference } from './objects.ts'

/** `{"type": "file_id", "id": "file-1"}`, as the sources of evals name files and inputs name items of responses. */
const KIND_OF_TYPE = new Map([
  ['file_id', 'file'],
  ['item_reference', 'item'],
])
/** Whether a JSON text can name an object or a fine-tuned model; letters of a name may be escaped. */
export const MAY_NAME_OBJECTS = new RegExp(
  [
    ...KIND_OF_FIELD.keys(),
    ...KIND_OF_TYPE.keys(),
    ...NAMING_FIELDS,
    'ft[:-]',
    TUNED_MODELS,
    '\\\\u00[2-7]',
  ].join('|'),
)
const PREVIOUS = 'previous_response_id'
/** In a body, `call_id` is the id of a function call. */
const KIND_IN_QUERY = new Map([
  ['call_id', 'call'],
  ['upload_id', 'gemini_upload'],
])
/** What a client describes or a model wrote: ids in it are not looked up. */
const OPAQUE: ReadonlySet<string> = new Set([
  'input_schema',
  'json_schema',
  'metadata',
  'parameters',
])
const TOOL_CALL = /tool_use$/

/** A request names at most so many objects, and each is looked up. OpenAI takes up to 2,000 files in one. */
const MAX_REFERENCES = 5_000

/** Each once. Throws `invalid_request` if they are too many: none may go unchecked. */
export function referencesIn(body: unknown, fields = KIND_OF_FIELD): readonly Reference[] {
  const found = new References(fields)
  collect(body, found)
  return found.all()
}

class References {
  private byName: Map<string, Reference> | null = null

  readonly fields: ReadonlyMap<string, string>

  constructor(fields: ReadonlyMap<string, string>) {
    this.fields = fields
  }

  add(kind: string, id: string, isPrevious = false): void {
    if (isVendorsOwn(kind, id)) return
    this.byName ??= new Map()
    this.byName.set(`${kind} ${id}`, isPrevious ? { kind, id, isPrevious } : { kind, id })
    if (this.byName.size > MAX_REFERENCES)
      throw invalidRequest(`the body names more than ${MAX_REFERENCES} files and other objects`)
  }

  all(): readonly Reference[] {
    return this.byName === null ? NONE : [...this.byName.values()]
  }
}

const NONE: readonly Reference[] = []

/** Of a query such as `?model=gpt-realtime&call_id=rtc_1`. */
export function referencesInQuery(query: string, fields = KIND_OF_FIELD): Reference[] {
  return [...new URLSearchParams(query)].flatMap(([name, id]) => {
    const word = wordsOf(name).at(-1) ?? ''
    const kind = KIND_IN_QUERY.get(word) ?? fields.get(word)
    return kind === undefined || id === '' ? [] : [{ kind, id }]
  })
}

/** `tool_resources[file_search][vector_store_ids][]` names `vector_store_ids`, too. */
export function wordsOf(fieldName: string): string[] {
  return fieldName.split(/[[\].]+/).filter((word) => word !== '' && !/^\d+$/.test(word))
}

/** Every model call is walked, so this allocates nothing for what names no object. */
function collect(value: unknown, found: References): void {
  if (typeof value !== 'object' || value === null) return
  if (Array.isArray(value)) {
    for (const item of value) collect(item, found)
    return
  }
  const { type, id } = value as { type?: unknown; id?: unknown }
  const named = typeof type === 'string' ? KIND_OF_TYPE.get(type) : undefined
  if (named !== undefined && typeof id === 'string') found.add(named, id)
  for (const name in value) {
    const member = (value as Record<string, unknown>)[name]
    const kind = found.fields.get(name)
    if (kind !== undefined) for (const one of idsIn(member)) found.add(kind, one, name === PREVIOUS)
    else for (const one of namedByGemini(name, member)) found.add(one.kind, one.id)
    if (typeof member === 'object' && !isOpaque(name, type)) collect(member, found)
  }
}

function isOpaque(name: string, type: unknown): boolean {
  return OPAQUE.has(name) || (name === 'input' && typeof type === 'string' && TOOL_CALL.test(type))
}

/** An id, an object that has one, or a list of either. */
function idsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  if (Array.isArray(value)) return value.flatMap(idsIn)
  const { id } = (value ?? {}) as { id?: unknown }
  return typeof id === 'string' ? [id] : []
}

/** Every text under the name `model`, or `{"id": …}` there, for keys that are restricted to some models. */
export function modelsIn(body: unknown): string[] {
  if (Array.isArray(body)) return body.flatMap(modelsIn)
  if (typeof body !== 'object' || body === null) return []
  return Object.entries(body).flatMap(([name, value]) => {
    const inside = typeof value === 'string' ? [] : modelsIn(value)
    return name === 'model' ? [...modelNamed(value), ...inside] : inside
  })
}

function modelNamed(value: unknown): string[] {
  const name = typeof value === 'string' ? value : (value as { id?: unknown } | null)?.id
  return typeof name === 'string' ? [name] : []
}

/**
 * Models that a training made are objects of the user who asked for it: `ft:gpt-4o:org::id`, Azure's `….ft-id`,
 * Google's `tunedModels/id`.
 */
const FINE_TUNED = /^ft:|[.:]ft-/
/** A step of the training, which belongs to the model. */
const CHECKPOINT = /:ckpt-step-\d+$/

/** Null if the model is not made by a training. */
export function fineTunedModel(model: string): Reference | null {
  if (model.startsWith(TUNED_MODELS))
    return { kind: TUNED_MODEL, id: model.slice(TUNED_MODELS.length) }
  return FINE_TUNED.test(model) ? { kind: 'model', id: model.replace(CHECKPOINT, '') } : null
}

/** Every fine-tuned model that a body names under `model`. */
export function fineTunedIn(body: unknown): Reference[] {
  return modelsIn(body)
    .map(fineTunedModel)
    .filter((reference) => reference !== null)
}

const SHARED_SOURCES: ReadonlySet<unknown> = new Set(['stored_completions', 'responses'])

/** The type of a source of an eval that holds what all users of an upstream key have stored there. */
export function sharedSourceIn(body: unknown): string | null {
  if (typeof body !== 'object' || body === null) return null
  for (const [name, value] of Object.entries(body)) {
    const type = name === 'source' ? (value as { type?: unknown } | null)?.type : undefined
    if (SHARED_SOURCES.has(type)) return String(type)
    const inside = sharedSourceIn(value)
    if (inside !== null) return inside
  }
  return null
}
