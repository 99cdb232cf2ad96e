/** The order of work that may not overlap. */
import { expect, test } from 'bun:test'
import { oneAtATime } from './one-at-a-time.ts'

test('work begins when the one before it has ended, also if that failed', async () => {
  const inTurn = oneAtATime()
  const seen: string[] = []
  const slow = Promise.withResolvers<void>()
  const first = inTurn(async () => {
    seen.push('first begins')
    await slow.promise
    seen.push('first ends')
    throw new Error('first failed')
  })
  const second = inTurn(async () => {
    seen.push('second')
    return 2
  })
  await Promise.resolve()
  expect(seen).toEqual(['first begins'])
  slow.resolve()
  expect(first).rejects.toThrow('first failed')
  expect(await second).toBe(2)
  expect(seen).toEqual(['first begins', 'first ends', 'second'])
})
