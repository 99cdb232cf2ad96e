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

/** Cached, written and audio tokens are part of the prompt; reasoning and audio tokens part of the answer. */
export function costUsd(usage: TokenUsage, rates: Rates): number {
  const { promptTokens, completionTokens } = usage
  const cached = Math.min(usage.cachedTokens, promptTokens)
  const written = Math.min(usage.cacheWriteTokens, promptTokens - cached)
  const written1h = Math.min(usage.cacheWrite1hTokens, written)
  const fresh = promptTokens - cached - written
  const audioInput = Math.min(usage.audioTokens - usage.audioOutputTokens, fresh)
  const audioOutput = Math.min(usage.audioOutputTokens, completionTokens)
  const reasoning = Math.min(usage.reasoningTokens, completionTokens - audioOutput)
  const at = (rate: Rate | null | undefined, whole: Rate) => priceAt(rate ?? whole, promptTokens)
  return (
    ((fresh - audioInput) * at(null, rates.input) +
      cached * at(rates.cached, rates.input) +
      (written - written1h) * at(rates.cacheWrite, rates.input) +
      written1h * at(rates.cacheWrite1h ?? rates.cacheWrite, rates.input) +
      audioInput * at(rates.audioInput, rates.input) +
      (completionTokens - reasoning - audioOutput) * at(null, rates.output) +
      reasoning * at(rates.reasoning, rates.output) +
      audioOutput * at(rates.audioOutput, rates.output)) /
    MILLION
  )
}

function priceAt(rate: Rate, promptTokens: number): number {
  if (typeof rate === 'number') return rate
  let price = rate.base
  for (const tier of rate.tiers) if (promptTokens > tier.start) price = tier.price
  return price
}
