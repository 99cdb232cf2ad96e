/** Usage as Messages counts it: input leaves out what the cache gave and took. The neutral form counts it in. */
import type {
  MessageDeltaUsage,
  Usage as MessageUsage,
} from '@anthropic-ai/sdk/resources/messages.js'
import type { Usage } from '../neutral/answer.ts'
import { isObject, tokensOf } from '../neutral/fields.ts'
import type { JsonObject } from '../neutral/neutral.ts'

type Fields = Partial<Record<keyof MessageUsage | keyof MessageDeltaUsage | 'iterations', unknown>>

/**
 * Null where `value` holds no count at all. `iterations` beyond the answer's own (compaction, an advisor)
 * come on top of the totals.
 */
export function readUsage(value: unknown): Usage | null {
  if (!isObject(value)) return null
  const usage = value as Fields
  if (typeof usage.input_tokens !== 'number' && typeof usage.output_tokens !== 'number') return null
  const total = { ...counted(usage), ...searchesIn(usage.server_tool_use) }
  if (!Array.isArray(usage.iterations)) return total
  for (const iteration of usage.iterations) {
    if (isObject(iteration) && iteration.type !== 'message')
      add(total, counted(iteration as Fields))
  }
  return total
}

type Counted = Omit<Usage, 'units'>

function counted(usage: Fields): Counted {
  const created = isObject(usage.cache_creation) ? usage.cache_creation : {}
  const cacheWrite1h = tokensOf(created.ephemeral_1h_input_tokens)
  const cacheWrite = Math.max(tokensOf(usage.cache_creation_input_tokens), cacheWrite1h)
  const cacheRead = tokensOf(usage.cache_read_input_tokens)
  const details = isObject(usage.output_tokens_details) ? usage.output_tokens_details : {}
  return {
    input: tokensOf(usage.input_tokens) + cacheRead + cacheWrite,
    output: tokensOf(usage.output_tokens),
    cacheRead,
    cacheWrite5m: cacheWrite - cacheWrite1h,
    cacheWrite1h,
    reasoning: tokensOf(details.thinking_tokens),
    audioInput: 0,
    audioOutput: 0,
  }
}

function add(total: Usage, more: Counted): void {
  for (const kind of Object.keys(more) as (keyof Counted)[]) total[kind] += more[kind]
}

/** Searches are paid by number; what is fetched is paid by its tokens alone. */
function searchesIn(tools: unknown): Pick<Usage, 'units'> {
  const searches = isObject(tools) ? tokensOf(tools.web_search_requests) : 0
  return searches > 0 ? { units: { searches } } : {}
}

/** Adds a part to a stream's usage: `message_delta` replaces what `message_start` said, key by key. */
export function applyUsageDelta(usage: Record<string, unknown>, delta: JsonObject): void {
  for (const key in delta)
    if (delta[key] !== null && delta[key] !== undefined) usage[key] = delta[key]
}

/** Never below zero: some upstreams count the cache separately from the input. */
export function writeUsage(usage: Usage): JsonObject {
  const { input, output, cacheRead, cacheWrite5m, cacheWrite1h, reasoning } = usage
  return {
    input_tokens: Math.max(0, input - cacheRead - cacheWrite5m - cacheWrite1h),
    cache_creation_input_tokens: cacheWrite5m + cacheWrite1h,
    cache_read_input_tokens: cacheRead,
    cache_creation: {
      ephemeral_5m_input_tokens: cacheWrite5m,
      ephemeral_1h_input_tokens: cacheWrite1h,
    },
    output_tokens: output,
    ...(reasoning > 0 && { output_tokens_details: { thinking_tokens: reasoning } }),
    service_tier: 'standard',
  }
}
