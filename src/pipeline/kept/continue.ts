/**
 * The state of a conversation over upstreams that keep none: a request that names an earlier response is given all
 * items of it, as if its client had sent them.
 */
import type { Caller } from '../../access/caller.ts'
import { GatewayError, invalidRequest } from '../../core/errors.ts'
import type { JsonFields } from '../../passthrough/response-store.ts'
import { parsedBody } from '../../protocols/request-body.ts'
import type { Services } from '../services.ts'

export interface Continued {
  /** The body, with the items of the earlier response in place of its id. */
  text: string
  previousId: string | null
  /** All items that the model is given. */
  input: readonly JsonFields[]
  /** The client wants the answer kept: `store` is true if left out. */
  stored: boolean
}

/**
 * Null if the gateway keeps nothing, or the body is for its handler to refuse. `passes`: the upstream keeps responses
 * itself, so that an unknown id may be one of its own; otherwise it is refused.
 */
export async function continued(
  services: Services,
  caller: Caller,
  text: string,
  passes: boolean,
): Promise<Continued | null> {
  const { responses } = services
  const body = responses === null ? null : parsedBody(text)
  if (responses === null || body === null || body === undefined) return null
  const { previous_response_id: previous, ...rest } = body
  const own = itemsIn(body.input)
  if (own === null) return null
  const stored = body.store !== false
  if (previous === undefined || previous === null || previous === '')
    return { text, previousId: null, input: own, stored }
  if (typeof previous !== 'string')
    throw invalidRequest("'previous_response_id' must be a string", 'previous_response_id')
  const kept = await findKept(services, caller, previous)
  if (kept === null) {
    if (passes) return null
    throw previousNotThere(previous)
  }
  const output = Array.isArray(kept.response.output) ? kept.response.output : []
  const input = [...kept.input, ...output, ...own]
  return { text: JSON.stringify({ ...rest, input }), previousId: previous, input, stored }
}

/** Clients of OpenAI know it by its code, and send the whole conversation instead. */
export function previousNotThere(id: string): GatewayError {
  return new GatewayError(
    'invalid_request',
    `gateway: Previous response with id '${id.slice(0, 100)}' not found: it has expired, was deleted, or was not stored. Send its items as 'input' instead.`,
    { param: 'previous_response_id', clientCode: 'previous_response_not_found' },
  )
}

/** Throws GatewayError if the store is unavailable. */
export async function findKept({ responses, logger }: Services, caller: Caller, id: string) {
  try {
    return (await responses?.find(id, caller.user.id)) ?? null
  } catch (error) {
    logger.error({ response: id, error: String(error) }, 'stored response not readable')
    throw new GatewayError(
      'object_unavailable',
      `gateway: the stored response '${id}' can't be read now. Send its items as 'input', or ask the operator.`,
    )
  }
}

/** A text is one message. Null for a value that is not input. */
function itemsIn(input: unknown): readonly JsonFields[] | null {
  if (input === undefined || input === null) return []
  if (typeof input === 'string')
    return [{ type: 'message', role: 'user', content: [{ type: 'input_text', text: input }] }]
  return Array.isArray(input) ? input : null
}
