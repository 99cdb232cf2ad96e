/** What one request used: tokens, and what its model's tools took besides. */
import { byTokenField, TOKEN_FIELDS, type TokenField } from './token-kinds.ts'
import { addUnits, type Units } from './units/unit-kinds.ts'

export interface TokenUsage extends Record<TokenField, number> {
  /** True if the gateway counted instead of the upstream. */
  estimated: boolean
  /** Searches of the web, for example. Absent if there were none. */
  units?: Units | undefined
}

export const NO_USAGE: TokenUsage = { ...byTokenField(TOKEN_FIELDS, () => 0), estimated: false }

/** The sum over several answers. */
export function addUsage(one: TokenUsage, other: TokenUsage): TokenUsage {
  const units = addUnits(one.units, other.units)
  return {
    ...byTokenField(TOKEN_FIELDS, (field) => one[field] + other[field]),
    estimated: one.estimated || other.estimated,
    ...(units !== undefined && { units }),
  }
}
