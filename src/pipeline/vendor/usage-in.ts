/** What a response, or the event that ends it, says it used: tokens, and calls of the vendor's own tools. */
import type { TokenUsage } from '../../core/token-usage.ts'
import { tokensIn } from '../../passthrough/usage.ts'
import { hostedCalls } from '../../protocols/responses/usage.ts'
import { fieldsOf } from './own.ts'

export function usageWithUnits(reply: unknown): TokenUsage | null {
  const usage = tokensIn(reply)
  const { response } = fieldsOf(reply)
  const units = hostedCalls(fieldsOf(response ?? reply))
  return usage === null || units === undefined ? usage : { ...usage, units }
}
