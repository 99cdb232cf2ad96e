/** What clicks on the headers of a table do, and in which order its rows come. */
import { expect, test } from 'bun:test'
import { nextSorting, type Sorting, sortItems } from './sorting.ts'

function clicks(value: string | number): (Sorting | null)[] {
  const first = nextSorting(null, 'a', value)
  const second = nextSorting(first, 'a', value)
  return [first, second, nextSorting(second, 'a', value)]
}

test('clicks on a column of numbers: largest first, smallest first, the given order', () => {
  expect(clicks(1).map((sorting) => sorting?.direction ?? null)).toEqual([
    'descending',
    'ascending',
    null,
  ])
})

test('clicks on a column of texts: A to Z, Z to A, the given order', () => {
  expect(clicks('x').map((sorting) => sorting?.direction ?? null)).toEqual([
    'ascending',
    'descending',
    null,
  ])
})

test('a click on another column starts with its first direction', () => {
  const sorting: Sorting = { column: 'a', direction: 'ascending' }
  expect(nextSorting(sorting, 'b', 1)).toEqual({ column: 'b', direction: 'descending' })
})

test('texts are sorted without regard to case, and numbers in them by value', () => {
  const names = ['key-10', 'Zoe', 'key-9', 'adam']
  expect(sortItems(names, (name) => name, 'ascending')).toEqual(['adam', 'key-9', 'key-10', 'Zoe'])
})

test('equal values keep their order in both directions', () => {
  const items = [
    { name: 'first', value: 1 },
    { name: 'second', value: 1 },
    { name: 'third', value: 2 },
  ]
  const names = (direction: Sorting['direction']) =>
    sortItems(items, ({ value }) => value, direction).map(({ name }) => name)
  expect(names('ascending')).toEqual(['first', 'second', 'third'])
  expect(names('descending')).toEqual(['third', 'first', 'second'])
})
