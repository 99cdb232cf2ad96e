/** Adds up the rollup rows that share a key. */
import type { BulkRow } from './bulk-rows.ts'

/** A rollup row that has just been made: the values of its key, then its amounts. */
export type MadeRow = (string | number | null)[]

/**
 * One row per key, ordered by key, which prevents deadlocks between instances. The first `keyLength` values of a row
 * are its key. Takes over the given rows: those with equal keys are added to the first of them.
 */
export function folded(made: readonly MadeRow[], keyLength: number): BulkRow[] {
  const ofKey = new Map<string, MadeRow>()
  for (const row of made) {
    const name = keyOf(row, keyLength)
    const known = ofKey.get(name)
    if (known === undefined) ofKey.set(name, row)
    else
      for (let at = keyLength; at < row.length; at++)
        known[at] = Number(known[at]) + Number(row[at])
  }
  return [...ofKey].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, row]) => row)
}

function keyOf(row: MadeRow, keyLength: number): string {
  let name = String(row[0])
  for (let at = 1; at < keyLength; at++) name += `\n${row[at]}`
  return name
}
