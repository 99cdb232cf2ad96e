/** One usage for an answer that several upstreams gave. */
import { addUsage, type TokenUsage } from '../../core/token-usage.ts'
import type { Usage } from '../../protocols/neutral/answer.ts'
import { estimateText } from '../../usage/estimate.ts'
import type { AttemptUse } from '../../usage/record.ts'
import type { RescueRules } from '../services.ts'

type Charge = RescueRules['charge']

/**
 * `answer`: the prompt once, as the first upstream counted it, and all that was generated. `all`: also what those that
 * went on read, the prompt and the beginning of the answer.
 */
export function coveringUsage(
  earlier: TokenUsage | null,
  last: TokenUsage,
  charge: Charge,
): TokenUsage {
  if (earlier === null) return last
  const sum = addUsage(earlier, last)
  if (charge === 'all') return sum
  const { completionTokens, reasoningTokens, audioOutputTokens, estimated } = sum
  return {
    ...earlier,
    completionTokens,
    reasoningTokens,
    audioOutputTokens,
    audioTokens: earlier.audioTokens + last.audioOutputTokens,
    totalTokens: earlier.promptTokens + completionTokens,
    estimated,
  }
}

/** What of the next answer's usage that is, in the same words as its record. */
export function chargedOf(earlier: TokenUsage | null, charge: Charge): AttemptUse['charged'] {
  return earlier === null || charge === 'all' ? 'all' : 'output'
}

/** The same for the client. `last` is null if the last upstream reported none: then its text is estimated. */
export function coveringReport(
  earlier: TokenUsage,
  last: Usage | null,
  { text, charge }: { text: string; charge: Charge },
): Usage {
  const own: Usage = last ?? { ...NOTHING, output: estimateText(text) }
  const { promptTokens, completionTokens, cachedTokens, reasoningTokens } = earlier
  const { cacheWriteTokens, cacheWrite1hTokens, audioTokens, audioOutputTokens } = earlier
  const read = charge === 'all' ? own : NOTHING
  return {
    input: promptTokens + read.input,
    output: completionTokens + own.output,
    cacheRead: cachedTokens + read.cacheRead,
    cacheWrite5m: cacheWriteTokens - cacheWrite1hTokens + read.cacheWrite5m,
    cacheWrite1h: cacheWrite1hTokens + read.cacheWrite1h,
    reasoning: reasoningTokens + own.reasoning,
    audioInput: audioTokens - audioOutputTokens + read.audioInput,
    audioOutput: audioOutputTokens + own.audioOutput,
  }
}

const NOTHING: Usage = {
  input: 0,
  output: 0,
  cacheRead: 0,
  cacheWrite5m: 0,
  cacheWrite1h: 0,
  reasoning: 0,
  audioInput: 0,
  audioOutput: 0,
}
