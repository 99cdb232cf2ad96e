/** Token counts as OpenAI-style upstreams report them, under all of their names and in all of their places. */
import type { TokenUsage } from '../../core/token-usage.ts'
import { searchesIn } from './chat/answer-usage.ts'

type Fields = Readonly<Record<string, unknown>>

const PROMPT = [
  'prompt_tokens',
  'input_tokens',
  'promptTokens',
  'inputTokens',
  'promptTokenCount',
  'inputTokenCount',
  'prompt_eval_count',
] as const
const COMPLETION = [
  'completion_tokens',
  'output_tokens',
  'completionTokens',
  'outputTokens',
  'candidatesTokenCount',
  'outputTokenCount',
  'eval_count',
] as const
const TOTAL = ['total_tokens', 'totalTokens', 'totalTokenCount'] as const
/** Where gateways in front of other vendors leave the vendor's own counts. */
const PLACES = ['usage_metadata', 'usageMetadata', 'token_usage', 'tokenUsage'] as const
/** DeepSeek and Moonshot put cache hits next to the other counts. */
const CACHED = ['prompt_cache_hit_tokens', 'cached_tokens', 'cache_read_input_tokens'] as const
/** Hosts that pass on Anthropic's models keep its name. */
const CACHE_WRITES = ['cache_creation_input_tokens'] as const
const PROMPT_DETAILS = ['prompt_tokens_details', 'input_tokens_details'] as const
const COMPLETION_DETAILS = ['completion_tokens_details', 'output_tokens_details'] as const

/**
 * The usage in a parsed reply or event: at its top, in its last choice (Moonshot) or that one's message, in `x_groq`,
 * under a vendor's own name, as llama.cpp's timings, or as Ollama's own counts.
 */
export function usageIn(value: unknown): TokenUsage | null {
  const fields = fieldsOf(value)
  if (fields === null) return null
  if (fields.usage !== undefined && fields.usage !== null) return readUsage(fields.usage)
  const { choices } = fields
  if (Array.isArray(choices) && choices.length > 0) {
    const last = fieldsOf(choices[choices.length - 1])
    const inChoice = readUsage(last?.usage) ?? readUsage(fieldsOf(last?.message)?.usage)
    if (inChoice !== null) return inChoice
  }
  if (fields.x_groq !== undefined) return readUsage(fieldsOf(fields.x_groq)?.usage)
  if (fields.timings !== undefined) return timings(fieldsOf(fields.timings))
  return elsewhere(fields)
}

function elsewhere(fields: Fields): TokenUsage | null {
  for (const place of PLACES) if (fields[place] !== undefined) return readUsage(fields[place])
  if (fields.meta !== undefined) return nestedUsage(fieldsOf(fields.meta))
  return fields.eval_count === undefined ? null : readUsage(fields)
}

/** Cohere's: what was counted, and what is billed. */
function nestedUsage(fields: Fields | null): TokenUsage | null {
  return believed(fieldsOf(fields?.tokens)) ?? believed(fieldsOf(fields?.billed_units))
}

function believed(usage: Fields | null): TokenUsage | null {
  if (usage === null || hasInvalid(usage, PROMPT) || hasInvalid(usage, COMPLETION)) return null
  return counted(usage)
}

/**
 * Null if it is missing or implausible: counts must be whole, not negative, and below 2^53, and
 * not all of them 0.
 */
export function readUsage(value: unknown): TokenUsage | null {
  const usage = fieldsOf(value)
  return believed(usage) ?? nestedUsage(usage)
}

function counted(usage: Fields): TokenUsage | null {
  const prompt = detailsIn(usage, PROMPT_DETAILS)
  const completion = detailsIn(usage, COMPLETION_DETAILS)
  const total = countIn(usage, TOTAL)
  const reasoningTokens = count(completion.reasoning_tokens) ?? count(usage.reasoning_tokens) ?? 0
  const promptTokens = countIn(usage, PROMPT) ?? promptOf(total, countIn(usage, COMPLETION))
  if (promptTokens === null) return null
  const stated = countIn(usage, COMPLETION) ?? Math.max(0, (total ?? promptTokens) - promptTokens)
  const completionTokens =
    stated + (isBeside(reasoningTokens, total, promptTokens + stated) ? reasoningTokens : 0)
  const totalTokens = total ?? promptTokens + completionTokens
  if (totalTokens === 0) return null
  const audioOutputTokens = count(completion.audio_tokens) ?? 0
  return {
    promptTokens,
    completionTokens,
    totalTokens,
    cachedTokens: count(prompt.cached_tokens) ?? countIn(usage, CACHED) ?? 0,
    reasoningTokens,
    audioTokens: (count(prompt.audio_tokens) ?? 0) + audioOutputTokens,
    audioOutputTokens,
    cacheWriteTokens: count(prompt.cache_write_tokens) ?? countIn(usage, CACHE_WRITES) ?? 0,
    // No vendor with this format distinguishes how long it caches.
    cacheWrite1hTokens: 0,
    estimated: false,
    ...searchesIn(usage),
  }
}

/** If only the total is reported, all that is not known to be generated counts as prompt. */
function promptOf(total: number | null, completion: number | null): number | null {
  if (total === null) return completion === null ? null : 0
  return Math.max(0, total - (completion ?? 0))
}

/** xAI counts reasoning outside of the completion; only the total shows it. */
function isBeside(reasoning: number, total: number | null, sum: number): boolean {
  return reasoning > 0 && total === sum + reasoning
}

function timings(fields: Fields | null): TokenUsage | null {
  if (fields === null) return null
  const { prompt_n: fresh, cache_n: cached, predicted_n: completion } = fields
  return readUsage({
    prompt_tokens: (count(fresh) ?? 0) + (count(cached) ?? 0),
    completion_tokens: count(completion) ?? 0,
    cached_tokens: count(cached) ?? 0,
  })
}

function countIn(fields: Fields, names: readonly string[]): number | null {
  for (const name of names) {
    const found = count(fields[name])
    if (found !== null) return found
  }
  return null
}

function count(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null
}

function hasInvalid(usage: Fields, names: readonly string[]): boolean {
  for (const name of names) if (isInvalid(usage[name])) return true
  return false
}

function isInvalid(value: unknown): boolean {
  return value !== undefined && value !== null && count(value) === null
}

function detailsIn(usage: Fields, names: readonly string[]): Fields {
  for (const name of names) {
    const found = fieldsOf(usage[name])
    if (found !== null) return found
  }
  return NO_DETAILS
}

const NO_DETAILS: Fields = {}

function fieldsOf(value: unknown): Fields | null {
  return typeof value === 'object' && value !== null ? (value as Fields) : null
}
