/** Looks at and deletes responses that the gateway keeps itself. */
import type { Caller } from '../../access/caller.ts'
import { GatewayError, invalidRequest } from '../../core/errors.ts'
import type { ClientPeer } from '../../limits/rate-limits.ts'
import type { JsonFields, KeptResponse } from '../../passthrough/response-store.ts'
import type { Client, Reply } from '../client.ts'
import type { Services } from '../services.ts'
import { findKept } from './continue.ts'

export type KeptAction = 'retrieve' | 'delete' | 'input_items' | 'cancel'

export interface KeptCall {
  action: KeptAction
  id: string
  query: URLSearchParams
}

/** Null if the gateway does not keep such a response of the caller. */
export async function serveKept(
  services: Services,
  caller: Caller,
  client: Client & ClientPeer,
  call: KeptCall,
): Promise<Reply | null> {
  const kept = await findKept(services, caller, call.id)
  if (kept === null) return null
  const headers: Record<string, string> = { 'content-type': 'application/json' }
  await services.rateLimits.hold(caller.key, client, 0, headers)
  const body = JSON.stringify(await answerTo(services, kept, call))
  return { status: 200, headers, body }
}

async function answerTo(
  { responses }: Services,
  kept: KeptResponse,
  { action, id, query }: KeptCall,
): Promise<object> {
  switch (action) {
    case 'retrieve':
      if (query.get('stream') === 'true')
        throw invalidRequest('a stored response can only be read whole', 'stream')
      return kept.response
    case 'delete':
      await responses?.forget(id, kept.userId)
      return { id, object: 'response', deleted: true }
    case 'input_items':
      return pageOf(kept, query)
    case 'cancel':
      throw new GatewayError(
        'invalid_request',
        'gateway: only a response in the background can be cancelled; this one has ended.',
      )
  }
}

const DEFAULT_LIMIT = 20
const MAX_LIMIT = 100

/** The newest first, as OpenAI lists them. */
function pageOf({ id, input }: KeptResponse, query: URLSearchParams): object {
  const limit = Number(query.get('limit') ?? DEFAULT_LIMIT)
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIMIT)
    throw invalidRequest(`'limit' must be a number from 1 to ${MAX_LIMIT}`, 'limit')
  const order = query.get('order') ?? 'desc'
  if (order !== 'asc' && order !== 'desc')
    throw invalidRequest("'order' must be asc or desc", 'order')
  const named = input.map((item, at) => withId(item, id, at))
  const items = order === 'asc' ? named : named.toReversed()
  const after = query.get('after')
  const from = after === null ? 0 : items.findIndex((item) => item.id === after) + 1
  if (after !== null && from === 0)
    throw invalidRequest(`there is no item '${after.slice(0, 100)}'`, 'after')
  const data = items.slice(from, from + limit)
  return {
    object: 'list',
    data,
    first_id: data[0]?.id ?? null,
    last_id: data.at(-1)?.id ?? null,
    has_more: from + limit < items.length,
  }
}

/** Clients seldom give their items ids, but every listed item has one. */
function withId(item: JsonFields, responseId: string, at: number): JsonFields {
  const type = item.type ?? 'message'
  const own = typeof item.id === 'string' ? item.id : `item_${responseId.slice(5)}_${at}`
  return { ...item, type, id: own, ...(type === 'message' && { content: contentOf(item) }) }
}

function contentOf({ content, role }: JsonFields): unknown {
  if (typeof content !== 'string') return content
  return [{ type: role === 'assistant' ? 'output_text' : 'input_text', text: content }]
}
