/** Which user made which object at which upstream key: files, batches, vector stores and the like. */

export interface VendorObject {
  kind: string
  id: string
  upstreamKeyId: number
  userId: number
  apiKeyId: number
}

/**
 * Kinds of what is paid when its output is ready: OpenAI's batches, Anthropic's, and a response that was asked for
 * in the background, which has a second row for it.
 */
export const BATCH_KINDS = ['batch', 'message_batch', 'background_response'] as const
export type ChargedKind = (typeof BATCH_KINDS)[number]

/** A batch that was made and not paid yet. */
export interface OpenBatch extends VendorObject {
  kind: ChargedKind
  createdAtMs: number
}

export interface ObjectStore {
  /** Known objects keep their owner: the same id again changes nothing. */
  remember(objects: readonly VendorObject[]): Promise<void>
  /** Of one kind, by ids; an id can be known at several upstream keys. */
  find(kind: string, ids: readonly string[]): Promise<VendorObject[]>
  /** The upstream keys that hold objects of a user, each once. */
  keysOf(kind: string, userId: number): Promise<number[]>
  forget(object: VendorObject): Promise<void>
  /** A page of those that are not paid, the oldest first, from the one after `after` on; some may have ended. */
  openBatches(limit: number, after: OpenBatch | null): Promise<OpenBatch[]>
  /** It is paid, or ended without an output. */
  closeBatch(batch: VendorObject): Promise<void>
}

/** Fields of requests that name objects, wherever they stand in a body. */
const REFERENCES: Readonly<Record<string, string>> = {
  input_file_id: 'file',
  file_id: 'file',
  file_ids: 'file',
  training_file: 'file',
  validation_file: 'file',
  vector_store_id: 'vector_store',
  vector_store_ids: 'vector_store',
  previous_response_id: 'response',
  conversation: 'conversation',
  container: 'container',
  container_id: 'container',
  assistant_id: 'assistant',
  thread_id: 'thread',
  video: 'video',
  video_id: 'video',
  eval_id: 'eval',
  skill_id: 'skill',
}
/** Objects that one request may name; each is looked up. */
const MAX_REFERENCES = 500

export interface Reference {
  kind: string
  id: string
}

/** The objects a body names; at most so many, and each once. */
export function referencesIn(body: unknown): Reference[] {
  const found = new Map<string, Reference>()
  collect(body, found)
  return [...found.values()].slice(0, MAX_REFERENCES)
}

function collect(value: unknown, found: Map<string, Reference>): void {
  if (Array.isArray(value)) {
    for (const item of value) collect(item, found)
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, member] of Object.entries(value)) {
      const kind = REFERENCES[name]
      if (kind !== undefined && Object.hasOwn(REFERENCES, name))
        for (const id of idsIn(member)) found.set(`${kind} ${id}`, { kind, id })
      collect(member, found)
    }
  }
}

/** An id, a list of them, or an object that has one. */
function idsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  if (Array.isArray(value)) return value.filter((item) => typeof item === 'string')
  const { id } = (value ?? {}) as { id?: unknown }
  return typeof id === 'string' ? [id] : []
}

/** Every text that stands under the name `model`, for keys that are restricted to some models. */
export function modelsIn(body: unknown): string[] {
  if (Array.isArray(body)) return body.flatMap(modelsIn)
  if (typeof body !== 'object' || body === null) return []
  return Object.entries(body).flatMap(([name, value]) =>
    name === 'model' && typeof value === 'string' ? [value] : modelsIn(value),
  )
}
