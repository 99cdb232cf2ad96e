/** Pieces of arguments, each with a path. */
import { expect, test } from 'bun:test'
import { addPartialArg } from './partial-args.ts'

function argsOf(...pieces: [jsonPath: string, stringValue: string][]): Record<string, unknown> {
  const args: Record<string, unknown> = {}
  for (const [jsonPath, stringValue] of pieces) addPartialArg(args, { jsonPath, stringValue })
  return args
}

test('pieces of one path are joined, and items stand at their places', () => {
  expect(argsOf(['$.a', 'Ber'], ['$.a', 'lin'], ['$.l[0].b', 'x'], ["$.l[1]['c d']", 'y'])).toEqual(
    { a: 'Berlin', l: [{ b: 'x' }, { 'c d': 'y' }] },
  )
})

test.each([
  ['far beyond the end of a list', '$.a[4000000000]'],
  ['in a list far beyond the end of a list', '$.a[4000000000].b'],
  ['nested a hundred thousand levels deep', `$${'.a'.repeat(100_000)}`],
])('an item %s is left out', (_, path) => {
  expect(JSON.stringify(argsOf([path, 'x'])).length).toBeLessThan(20)
})
