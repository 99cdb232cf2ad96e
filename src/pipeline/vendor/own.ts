/** Remembers who made an object at which upstream key, before the client hears of its id. */
import type { Caller } from '../../access/caller.ts'
import { isGeminiKind, madeByGemini } from '../../passthrough/gemini-names.ts'
import type { VendorObject } from '../../passthrough/objects.ts'
import type { UsableUpstream } from '../../upstreams/directory.ts'
import type { Services } from '../services.ts'
import { objectIdOf, type VendorCall } from './call.ts'

type Fields = Readonly<Record<string, unknown>>

export interface Owner {
  services: Services
  caller: Caller
  call: VendorCall
  /** The object that the path names, if it is the caller's. */
  object: VendorObject | null
  /** For a list: further upstream keys that have objects of the caller. */
  further: readonly UsableUpstream[]
}

/** Of a successful reply. */
export async function rememberObjects(
  { services, caller, call, object }: Owner,
  { key }: UsableUpstream,
  reply: unknown,
): Promise<void> {
  const { creates, deletes } = call.route
  if (deletes && object !== null) {
    await services.objects.forget(object)
    if (INPUT_KINDS.has(object.kind))
      await services.objects.forget({ ...object, kind: CHECKED_INPUT })
  }
  if (creates === null) return
  const made = madeIn(creates, fieldsOf(reply))
  // Looking at an object that was not made here does not make the caller its owner.
  if (object === null && made.some(({ id }) => id === objectIdOf(call))) return
  const owner = { upstreamKeyId: key.id, userId: caller.user.id, apiKeyId: caller.key.id }
  const marks = isCheckedInput(call)
    ? made
        .filter(({ kind }) => INPUT_KINDS.has(kind))
        .map((file) => ({ ...file, kind: CHECKED_INPUT }))
    : []
  const objects = [...made, ...marks].map((each) => ({ ...each, ...owner }))
  if (objects.length > 0) await services.objects.remember(objects)
}

/** A second row of a file whose lines were checked while it was uploaded, as the input of a batch. */
export const CHECKED_INPUT = 'batch_input'
const INPUT_KINDS: ReadonlySet<string> = new Set(['file', 'gemini_file'])

function isCheckedInput({ body }: VendorCall): boolean {
  return body.kind === 'source' && body.input?.isChecked === true
}

/** An object and those that the vendor made with it: the output files of a batch, the model of a training. */
export function madeIn(kind: string, reply: Fields): { kind: string; id: string }[] {
  if (isGeminiKind(kind)) return madeByGemini(kind, reply)
  const ids = (one: string, values: unknown[]) =>
    values
      .filter((id) => typeof id === 'string' && id !== '')
      .map((id) => ({ kind: one, id: id as string }))
  // A run that was made together with its thread.
  const id = kind === 'thread' ? (reply.thread_id ?? reply.id) : reply.id
  const { output_file_id, error_file_id, result_files, fine_tuned_model, file } = reply
  const results = Array.isArray(result_files) ? result_files : []
  const files = [output_file_id, error_file_id, fieldsOf(file).id, ...results]
  const { session_id, outputs } = reply
  return [
    ...ids(kind, [id]),
    ...ids('file', files),
    ...ids('model', [fine_tuned_model]),
    ...(paysLater(kind, reply) ? ids('background_response', [id]) : []),
    ...(kind === 'response' ? ids('item', keptItems(reply)) : []),
    ...(RUNS.has(kind) ? ids('session', [session_id]) : []),
    ...(kind === 'dream' && Array.isArray(outputs)
      ? ids(
          'memory_store',
          outputs.map((output) => fieldsOf(output).memory_store_id),
        )
      : []),
  ]
}

/** They begin a session. */
const RUNS: ReadonlySet<string> = new Set(['deployment_run', 'dream'])

/** Ids in the output of a response that the vendor keeps; later requests name them as `item_reference`. */
function keptItems({ store, output }: Fields): unknown[] {
  return store !== false && Array.isArray(output) ? output.map((item) => fieldsOf(item).id) : []
}

/** True for a response that continues after its reply. One that ended at once has reported its tokens in it. */
export function paysLater(kind: string, reply: Fields): boolean {
  return kind === 'response' && reply.background === true && !isFinal(reply)
}

/** Statuses after which nothing more is paid for (OpenAI, Azure and Anthropic). Google's operations are `done`. */
const FINAL = new Set(['completed', 'failed', 'expired', 'cancelled', 'incomplete', 'ended'])

export function isFinal(object: unknown): boolean {
  const { status, processing_status, done } = fieldsOf(object)
  return done === true || FINAL.has(String(status ?? processing_status))
}

export function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {}
}
