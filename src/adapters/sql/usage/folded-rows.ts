/** Adds up the rollup rows that share a key. */
import type { BulkRow } from './bulk-rows.ts'

export interface KeyedSums {
  key: readonly (string | number | null)[]
  amounts: readonly number[]
}

/** One row per key, ordered by key, which prevents deadlocks between instances. */
export function folded(given: readonly KeyedSums[]): BulkRow[] {
  const rows = new Map<string, { key: KeyedSums['key']; amounts: number[] }>()
  for (const { key, amounts } of given) {
    const name = key.join('\n')
    const known = rows.get(name)
    if (known === undefined) rows.set(name, { key, amounts: [...amounts] })
    else
      amounts.forEach((amount, at) => {
        known.amounts[at] = (known.amounts[at] ?? 0) + amount
      })
  }
  return [...rows]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([, { key, amounts }]) => [...key, ...amounts])
}
