/** What is known of a refused request: the console lists it with that. */
import type { Caller } from '../access/caller.ts'
import type { ModelRequest } from '../protocols/protocol.ts'

export interface RefusedCall {
  caller: Caller
  endpoint: string | null
  /** Null, like the endpoint, if the request was refused before its body was read. */
  model: string | null
  stream: boolean
}

const callOf = new WeakMap<object, RefusedCall>()

type Known = Partial<Pick<ModelRequest, 'endpoint' | 'model' | 'stream'>>

/** Returns the error, to be thrown again; `refusedCallOf` returns whose call it refused. */
export function refusedFor(error: unknown, caller: Caller, request: Known | null): unknown {
  // Copied, because the request itself may be large.
  const { endpoint = null, model = null, stream = false } = request ?? {}
  if (error instanceof Error) callOf.set(error, { caller, endpoint, model, stream })
  return error
}

/** Null if the caller was not known yet, or the error did not pass `refusedFor`. */
export function refusedCallOf(error: unknown): RefusedCall | null {
  return error instanceof Error ? (callOf.get(error) ?? null) : null
}
