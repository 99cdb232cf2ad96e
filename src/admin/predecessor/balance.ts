/** What the predecessor's sums contain beyond its single requests, which it may have deleted or never kept. */
import type { OldSum, OldTokens } from './rows.ts'

/** Tokens by user, then by period. */
export type Totals = Map<string, Map<string, OldTokens>>

const NONE: OldTokens = { promptTokens: 0, completionTokens: 0, totalTokens: 0 }

export function addTokens(totals: Totals, { userId, period }: OldSum, tokens: OldTokens): void {
  const periods = totals.get(userId) ?? new Map<string, OldTokens>()
  totals.set(userId, periods)
  const before = periods.get(period) ?? NONE
  periods.set(period, {
    promptTokens: before.promptTokens + tokens.promptTokens,
    completionTokens: before.completionTokens + tokens.completionTokens,
    totalTokens: before.totalTokens + tokens.totalTokens,
  })
}

/** Per user and period; a table may have a row for each model. */
export function totalsOf(sums: readonly OldSum[]): Totals {
  const totals: Totals = new Map()
  for (const sum of sums) addTokens(totals, sum, sum)
  return totals
}

/** The same by month. */
export function byMonth(days: Totals): Totals {
  const months: Totals = new Map()
  for (const sum of sumsOf(days)) addTokens(months, { ...sum, period: sum.period.slice(0, 7) }, sum)
  return months
}

export function sumsOf(totals: Totals): OldSum[] {
  return [...totals].flatMap(([userId, periods]) =>
    [...periods].map(([period, tokens]) => ({ userId, period, ...tokens })),
  )
}

export interface Missing extends OldSum {
  /** What was found of the period before. */
  found: number
}

/** For each period, by how much `stated` exceeds `found`; nothing where it does not. */
export function missing(stated: Totals, found: Totals): Missing[] {
  return sumsOf(stated).flatMap(({ userId, period, ...tokens }) => {
    const there = found.get(userId)?.get(period) ?? NONE
    const totalTokens = tokens.totalTokens - there.totalTokens
    if (totalTokens <= 0) return []
    const prompt = Math.max(0, tokens.promptTokens - there.promptTokens)
    const promptTokens = Math.min(prompt, totalTokens)
    const rest = totalTokens - promptTokens
    const tokensMissing = { promptTokens, completionTokens: rest, totalTokens }
    return [{ userId, period, ...tokensMissing, found: there.totalTokens }]
  })
}

/** The larger of both in each period: what must be stored in the end. */
export function larger(one: Totals, other: Totals): Totals {
  const totals: Totals = new Map()
  for (const sum of [...sumsOf(one), ...missing(other, one)]) addTokens(totals, sum, sum)
  return totals
}
