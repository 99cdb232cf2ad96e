/** What a request costs: each kind of token at its own rate. */
import type { TokenUsage } from '../core/token-usage.ts'

/**
 * USD per million tokens; a step's rates apply if the prompt is longer than its `start`, the last such step
 * winning.
 */
export type Rate = number | { base: number; tiers: readonly { start: number; price: number }[] }

/** Null takes the rate of the kind it is part of. */
export interface Rates {
  input: Rate
  output: Rate
  cached: Rate | null
  cacheWrite?: Rate | null
  cacheWrite1h?: Rate | null
  reasoning: Rate | null
  audioInput: Rate | null
  audioOutput: Rate | null
}

const MILLION = 1_000_000

/** Tokens of one kind and what they cost. */
export interface CostPart {
  kind:
    | 'input'
    | 'cached'
    | 'cache_write'
    | 'cache_write_1h'
    | 'audio_input'
    | 'output'
    | 'reasoning'
    | 'audio_output'
  tokens: number
  /** USD. */
  perMillion: number
}

/** Cached, written and audio tokens are part of the prompt; reasoning and audio tokens part of the answer. */
export function costParts(usage: TokenUsage, rates: Rates): readonly CostPart[] {
  const { promptTokens, completionTokens } = usage
  const cached = Math.min(usage.cachedTokens, promptTokens)
  const written = Math.min(usage.cacheWriteTokens, promptTokens - cached)
  const written1h = Math.min(usage.cacheWrite1hTokens, written)
  const fresh = promptTokens - cached - written
  const audioInput = Math.min(usage.audioTokens - usage.audioOutputTokens, fresh)
  const audioOutput = Math.min(usage.audioOutputTokens, completionTokens)
  const reasoning = Math.min(usage.reasoningTokens, completionTokens - audioOutput)
  const plain = completionTokens - reasoning - audioOutput
  const part = (kind: CostPart['kind'], tokens: number, rate: Rate) => ({
    kind,
    tokens,
    perMillion: priceAt(rate, promptTokens),
  })
  const { input, output, cacheWrite } = rates
  return [
    part('input', fresh - audioInput, input),
    part('cached', cached, rates.cached ?? input),
    part('cache_write', written - written1h, cacheWrite ?? input),
    part('cache_write_1h', written1h, rates.cacheWrite1h ?? cacheWrite ?? input),
    part('audio_input', audioInput, rates.audioInput ?? input),
    part('output', plain, output),
    part('reasoning', reasoning, rates.reasoning ?? output),
    part('audio_output', audioOutput, rates.audioOutput ?? output),
  ]
}

/** USD. */
export function costUsd(usage: TokenUsage, rates: Rates): number {
  return sumUsd(costParts(usage, rates))
}

/** USD, of what was generated alone. */
export function outputCostUsd(usage: TokenUsage, rates: Rates): number {
  return sumUsd(costParts(usage, rates).filter(({ kind }) => OUTPUT_KINDS.has(kind)))
}

const OUTPUT_KINDS: ReadonlySet<CostPart['kind']> = new Set(['output', 'reasoning', 'audio_output'])

function sumUsd(parts: readonly CostPart[]): number {
  let sum = 0
  for (const { tokens, perMillion } of parts) sum += tokens * perMillion
  return sum / MILLION
}

/** What an answer is assumed to have if its request sets no limit. */
const USUAL_OUTPUT_TOKENS = 500

/** Before it is sent: of a request with so many tokens, all of them fresh. `maxOutputTokens` is 0 without a limit. */
export function expectedCostUsd(
  { input, output }: Rates,
  promptTokens: number,
  maxOutputTokens: number,
): number {
  const outputTokens = maxOutputTokens === 0 ? USUAL_OUTPUT_TOKENS : maxOutputTokens
  const prompt = promptTokens * priceAt(input, promptTokens)
  return (prompt + outputTokens * priceAt(output, promptTokens)) / MILLION
}

function priceAt(rate: Rate, promptTokens: number): number {
  if (typeof rate === 'number') return rate
  let price = rate.base
  for (const tier of rate.tiers) if (promptTokens > tier.start) price = tier.price
  return price
}
