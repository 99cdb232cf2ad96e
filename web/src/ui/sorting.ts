/** Sorting of a table by one column: a first click sorts, a second reverses, a third restores the given order. */

export type SortValue = string | number

export interface Sorting {
  column: string
  direction: 'ascending' | 'descending'
}

const texts = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' })

/** Numbers start with the largest, texts with the first of the alphabet. */
function firstDirection(value: SortValue | undefined): Sorting['direction'] {
  return typeof value === 'number' ? 'descending' : 'ascending'
}

/** What a click on a column's header leads to; `value` is one of the column's values. */
export function nextSorting(
  sorting: Sorting | null,
  column: string,
  value: SortValue | undefined,
): Sorting | null {
  const first = firstDirection(value)
  if (sorting?.column !== column) return { column, direction: first }
  if (sorting.direction !== first) return null
  return { column, direction: first === 'ascending' ? 'descending' : 'ascending' }
}

/** Equal values keep their order in both directions. */
export function sortItems<Item>(
  items: readonly Item[],
  valueFor: (item: Item) => SortValue,
  direction: Sorting['direction'],
): Item[] {
  const sign = direction === 'ascending' ? 1 : -1
  return items.toSorted((left, right) => sign * compare(valueFor(left), valueFor(right)))
}

function compare(left: SortValue, right: SortValue): number {
  if (typeof left === 'number' && typeof right === 'number') return left - right
  return texts.compare(String(left), String(right))
}
