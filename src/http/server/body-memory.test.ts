/** The body memory budget: never exceeded, and fully returned at the end. */
import { expect, test } from 'bun:test'
import { createBodyMemory } from './body-memory.ts'

test('requests share the budget, and one that finds no room is asked to retry', () => {
  const memory = createBodyMemory(100)
  const [one, other] = [memory.open(), memory.open()]
  one.growTo(60)
  one.growTo(40)
  other.growTo(40)
  expect(memory.taken()).toBe(100)
  expect(() => other.growTo(41)).toThrow(
    expect.objectContaining({
      code: 'overloaded',
      status: 503,
      headers: expect.objectContaining({ 'retry-after': '1' }),
    }),
  )
  one.release()
  one.release()
  other.growTo(100)
  other.release()
  expect(memory.taken()).toBe(0)
})
