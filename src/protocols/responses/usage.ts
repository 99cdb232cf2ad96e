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
  const units = hostedCalls(response.output)
  return usage === null || units === undefined ? usage : { ...usage, units }
}

/**
 * What tools of the vendor are paid by. A search that only opens a page is none, and several runs of code in one
 * container are one session. Undefined if there are none.
 */
export function hostedCalls(output: unknown): Units | undefined {
  const items = (Array.isArray(output) ? output : []).filter(isObject)
  const searches = items.filter(isSearch).length
  const fileSearches = items.filter(({ type }) => type === 'file_search_call').length
  const containers = items.filter(({ type }) => type === 'code_interpreter_call')
  const codeSessions = new Set(containers.map(({ container_id: id }) => id)).size
  if (searches + fileSearches + codeSessions === 0) return undefined
  return {
    ...(searches > 0 && { searches }),
    ...(fileSearches > 0 && { fileSearches }),
    ...(codeSessions > 0 && { codeSessions }),
  }
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
