/** What a reply says it used: tokens under every common spelling, or seconds, images, characters and searches. */
import { NO_USAGE, type TokenUsage } from '../core/token-usage.ts'
import { UNIT_NAMES, type UnitKind } from '../core/units/unit-kinds.ts'
import type { Meter } from './route.ts'

export interface Used {
  tokens: TokenUsage
  /** Images, seconds, characters or searches that are paid by themselves; null if tokens were reported. */
  units: number | null
}

type Fields = Readonly<Record<string, unknown>>

/** What a call is paid by if its reply reports no tokens; null: by nothing but tokens. */
export function unitOf(meter: Meter): UnitKind | null {
  return UNIT_NAMES.find((unit) => unit === meter) ?? null
}

/** `request` are the fields of the JSON or form; `reply` is the parsed reply, or null if it was no JSON. */
export function usedBy(meter: Meter, request: Fields, reply: unknown): Used {
  const tokens = chargedTokens(meter, reply)
  if (tokens !== NO_USAGE) return { tokens, units: null }
  return { tokens, units: unitsOf(meter, request, fieldsOf(reply)) }
}

/**
 * The tokens that a reply reports, as far as this call has to pay for them: an object reports its tokens each time it
 * is looked at, but they are paid for when it is made.
 */
export function chargedTokens(meter: Meter, reply: unknown): TokenUsage {
  const isPaidElsewhere = meter === 'free' || meter === 'batch'
  return (isPaidElsewhere ? null : tokensIn(reply)) ?? NO_USAGE
}

function unitsOf(meter: Meter, request: Fields, reply: Fields): number | null {
  switch (meter) {
    case 'images':
      return lengthOf(reply.data) ?? lengthOf(reply.predictions)
    case 'characters':
      return typeof request.input === 'string' ? [...request.input].length : null
    case 'seconds':
      return positive(fieldsOf(reply.usage).seconds) ?? positive(reply.duration)
    case 'video':
      return positive(reply.seconds) ?? positive(request.seconds) ?? geminiVideoSeconds(request)
    case 'pages':
      return positive(fieldsOf(reply.usage_info).pages_processed)
    case 'searches':
      return positive(fieldsOf(fieldsOf(reply.meta).billed_units).search_units)
    default:
      return null
  }
}

function lengthOf(value: unknown): number | null {
  return Array.isArray(value) ? value.length : null
}

/** Eight seconds are what is made if nothing else is asked for. */
function geminiVideoSeconds({ instances, parameters }: Fields): number | null {
  if (!Array.isArray(instances)) return null
  const { durationSeconds, sampleCount } = fieldsOf(parameters)
  return (positive(durationSeconds) ?? 8) * (positive(sampleCount) ?? 1)
}

/** Null if there are none: `usage` of a reply or of the response inside an event. */
export function tokensIn(reply: unknown): TokenUsage | null {
  const { usage, response, interaction, meta } = fieldsOf(reply)
  const said = fieldsOf(usage ?? fieldsOf(response ?? interaction).usage ?? fieldsOf(meta).tokens)
  const input = count(said.input_tokens ?? said.prompt_tokens ?? said.total_input_tokens)
  const output = count(said.output_tokens ?? said.completion_tokens ?? said.total_output_tokens)
  const total = count(said.total_tokens)
  if (input === null && output === null && total === null) return null
  const promptTokens = input ?? (total ?? 0) - (output ?? 0)
  const completionTokens = output ?? Math.max(0, (total ?? 0) - promptTokens)
  const inside = fieldsOf(
    said.input_tokens_details ?? said.input_token_details ?? said.prompt_tokens_details,
  )
  const outside = fieldsOf(
    said.output_tokens_details ?? said.output_token_details ?? said.completion_tokens_details,
  )
  const audioOutputTokens = count(outside.audio_tokens) ?? 0
  return {
    promptTokens,
    completionTokens,
    totalTokens: total ?? promptTokens + completionTokens,
    cachedTokens: count(inside.cached_tokens) ?? 0,
    reasoningTokens: count(outside.reasoning_tokens) ?? 0,
    audioTokens: (count(inside.audio_tokens) ?? 0) + audioOutputTokens,
    audioOutputTokens,
    // Routes that report cache writes have readers of their own.
    cacheWriteTokens: 0,
    cacheWrite1hTokens: 0,
    estimated: false,
  }
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {}
}

function count(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null
}

/** Some vendors write numbers as text. */
function positive(value: unknown): number | null {
  const number = typeof value === 'string' && value !== '' ? Number(value) : value
  return typeof number === 'number' && number > 0 && Number.isFinite(number) ? number : null
}
