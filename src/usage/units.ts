/** How many images, seconds, characters and searches a record's attempts took, in the order of their kinds. */
import { UNIT_NAMES, type Units } from '../core/units/unit-kinds.ts'
import type { PaidUnits, UsageRecord } from './record.ts'

const NONE: readonly number[] = UNIT_NAMES.map(() => 0)

/** Allocates nothing for a record without any, as most are. */
export function unitsIn({ attempts }: Pick<UsageRecord, 'attempts'>): readonly number[] {
  if (attempts.every(({ units }) => units === undefined)) return NONE
  const counts = [...NONE]
  for (const { units = [] } of attempts)
    for (const { kind, count } of units) {
      const at = UNIT_NAMES.indexOf(kind)
      counts[at] = (counts[at] ?? 0) + count
    }
  return counts
}

export function paidUnits(units: Units | undefined): readonly PaidUnits[] | undefined {
  if (units === undefined) return undefined
  return UNIT_NAMES.flatMap((kind) => {
    const count = units[kind]
    return count === undefined ? [] : [{ kind, count }]
  })
}
