/** Token counts as the Responses API reports them; inclusive, as in the neutral form. */
import type { ResponseUsage } from 'openai-7/resources/responses/responses.js'
import type { Units } from '../../core/units/unit-kinds.ts'
import type { Usage } from '../neutral/answer.ts'
import { isObject, tokensOf } from '../neutral/fields.ts'
import type { JsonObject } from '../neutral/neutral.ts'

export function readUsage(value: unknown): Usage | null {
  if (!isObject(value)) return null
  const input = isObject(value.input_tokens_details) ? value.input_tokens_details : {}
  const output = isObject(value.output_tokens_details) ? value.output_tokens_details : {}
  return {
    input: tokensOf(value.input_tokens),
    output: tokensOf(value.output_tokens),
    cacheRead: tokensOf(input.cached_tokens),
    cacheWrite5m: tokensOf(input.cache_write_tokens),
    cacheWrite1h: 0,
    reasoning: tokensOf(output.reasoning_tokens),
    audioInput: tokensOf(input.audio_tokens),
    audioOutput: tokensOf(output.audio_tokens),
  }
}

/** Of a whole response, with the calls of OpenAI's own tools. */
export function usageOf(response: unknown): Usage | null {
  if (!isObject(response)) return null
  const usage = readUsage(response.usage)
  const units = hostedCalls(response)
  return usage === null || units === undefined ? usage : { ...usage, units }
}

/**
 * What tools of the vendor are paid by. A search that only opens a page is none, and several runs of code in one
 * container are one session. Images are made by another model, whose tokens are not among the response's. Undefined if
 * there are none.
 */
export function hostedCalls(response: JsonObject): Units | undefined {
  const items = (Array.isArray(response.output) ? response.output : []).filter(isObject)
  const count = (kind: string) => items.filter(({ type }) => type === kind).length
  const counted: Units = {
    images: count('image_generation_call'),
    searches: billedSearches(response.tool_usage) ?? items.filter(isSearch).length,
    fileSearches: count('file_search_call'),
    codeSessions: new Set(items.map(containerOf).filter((id) => id !== null)).size,
  }
  const used = Object.entries(counted).filter(([, number]) => number > 0)
  return used.length === 0 ? undefined : Object.fromEntries(used)
}

/** The vendor leaves out those that it does not charge. */
function billedSearches(tools: unknown): number | null {
  const search = isObject(tools) && isObject(tools.web_search) ? tools.web_search : {}
  return typeof search.num_requests === 'number' ? tokensOf(search.num_requests) : null
}

/** Where the vendor ran code; null if the item ran none there. */
function containerOf({ type, container_id: container, environment }: JsonObject): unknown {
  if (type === 'code_interpreter_call') return container ?? ''
  const place = type === 'shell_call' && isObject(environment) ? environment : {}
  return place.container_id ?? null
}

function isSearch({ type, action }: JsonObject): boolean {
  if (type !== 'web_search_call') return false
  return !isObject(action) || action.type === undefined || action.type === 'search'
}

export function writeUsage(usage: Usage): ResponseUsage {
  return {
    input_tokens: usage.input,
    input_tokens_details: {
      cached_tokens: usage.cacheRead,
      cache_write_tokens: usage.cacheWrite5m + usage.cacheWrite1h,
    },
    output_tokens: usage.output,
    output_tokens_details: { reasoning_tokens: usage.reasoning },
    total_tokens: usage.input + usage.output,
  }
}
