/** Token counts of one request. */
import { byTokenField, TOKEN_FIELDS, type TokenField } from './token-kinds.ts'

export interface TokenUsage extends Record<TokenField, number> {
  /** True if the gateway counted instead of the upstream. */
  estimated: boolean
}

export const NO_USAGE: TokenUsage = { ...byTokenField(TOKEN_FIELDS, () => 0), estimated: false }

/** The sum over several answers. */
export function addUsage(one: TokenUsage, other: TokenUsage): TokenUsage {
  return {
    ...byTokenField(TOKEN_FIELDS, (field) => one[field] + other[field]),
    estimated: one.estimated || other.estimated,
  }
}
