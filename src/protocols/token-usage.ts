/** Usage as the ledger keeps it. Every kind is listed, so that the compiler asks where a new one comes from. */
import type { TokenUsage } from '../core/token-usage.ts'
import type { Usage } from './neutral/answer.ts'

export function tokenUsage(usage: Usage): TokenUsage {
  return {
    promptTokens: usage.input,
    completionTokens: usage.output,
    totalTokens: usage.input + usage.output,
    cachedTokens: usage.cacheRead,
    cacheWriteTokens: usage.cacheWrite5m + usage.cacheWrite1h,
    cacheWrite1hTokens: usage.cacheWrite1h,
    reasoningTokens: usage.reasoning,
    audioTokens: usage.audioInput + usage.audioOutput,
    audioOutputTokens: usage.audioOutput,
    estimated: false,
    ...(usage.units !== undefined && { units: usage.units }),
  }
}
