/** Which user made which object at which upstream key: files, batches, vector stores and others. */

/** An object that a request names. */
export interface Reference {
  kind: string
  id: string
  /** The body's `previous_response_id`, for which OpenAI has an error of its own. */
  isPrevious?: boolean
}

export interface VendorObject extends Reference {
  upstreamKeyId: number
  userId: number
  apiKeyId: number
}

/**
 * Kinds of what is paid when its output is ready: OpenAI's batches, Anthropic's, Gemini's, and a response that was asked for
 * in the background, which has a second row for it.
 */
export const BATCH_KINDS = [
  'batch',
  'message_batch',
  'gemini_batch',
  'background_response',
] as const
export type ChargedKind = (typeof BATCH_KINDS)[number]

/** A batch that was made and not paid yet. */
export interface OpenBatch extends VendorObject {
  kind: ChargedKind
  createdAtMs: number
}

export interface ObjectStore {
  /** Known objects keep their owner: the same id again changes nothing. */
  remember(objects: readonly VendorObject[]): Promise<void>
  /** Of one kind, by ids, the newest first; an id can be known at several upstream keys. */
  find(kind: string, ids: readonly string[]): Promise<VendorObject[]>
  /** The upstream keys that hold objects of a user, each once. */
  keysOf(kind: string, userId: number): Promise<number[]>
  forget(object: VendorObject): Promise<void>
  /** A page of those that are not paid, the oldest first, from the one after `after` on; some may have ended. */
  openBatches(limit: number, after: OpenBatch | null): Promise<OpenBatch[]>
  /** It is paid, or ended without an output. */
  closeBatch(batch: VendorObject): Promise<void>
  /**
   * The upstream key at which something that is charged at its end was created. It is not the key it is at now if that
   * one was removed and added again.
   */
  firstKeyOf(object: VendorObject): Promise<number>
}
