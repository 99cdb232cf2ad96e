/** One usage for an answer that several upstreams gave. */
import { addUsage, type TokenUsage } from '../../core/token-usage.ts'
import type { Usage } from '../../protocols/neutral/answer.ts'
import type { ModelRequest } from '../../protocols/protocol.ts'
import type { LastReport } from '../../protocols/rescue/splice.ts'
import { estimatePrompt, estimateText } from '../../usage/estimate.ts'
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
  const { completionTokens, reasoningTokens, audioOutputTokens, estimated, units } = sum
  return {
    ...earlier,
    completionTokens,
    reasoningTokens,
    audioOutputTokens,
    audioTokens: earlier.audioTokens + last.audioOutputTokens,
    totalTokens: earlier.promptTokens + completionTokens,
    estimated,
    units,
  }
}

/** What of the next answer's usage that is, in the same words as its record. */
export function chargedOf(earlier: TokenUsage | null, charge: Charge): AttemptUse['charged'] {
  return earlier === null || charge === 'all' ? 'all' : 'output'
}

/** The same for the client, from what the last upstream took. */
export function coveringReport(earlier: TokenUsage, own: Usage, charge: Charge): Usage {
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

/** What the last upstream took if it did not say so at its end: the client can't wait for the tokenizer. */
export function estimatedReport(request: ModelRequest, { usage, text }: LastReport): Usage {
  const { input, output } = usage ?? NOTHING
  return {
    ...(usage ?? NOTHING),
    input: input || estimatePrompt(request),
    output: Math.max(output, estimateText(text)),
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
