/** Work that is waited for, within a limit. */
import { expect, test } from 'bun:test'
import { TimeoutError, withTimeout } from './with-timeout.ts'

test('work that ends in time gives its result, or its own error', async () => {
  expect(await withTimeout(Promise.resolve(7), 1_000, 'late')).toBe(7)
  const failing = withTimeout(Promise.reject(new RangeError('own')), 1_000, 'late')
  expect(failing).rejects.toThrow(RangeError)
})

test("work that doesn't end is rejected with the reason", async () => {
  const waiting = withTimeout(new Promise(() => {}), 5, 'the ledger is late')
  const error: unknown = await waiting.catch((thrown) => thrown)
  expect(error).toBeInstanceOf(TimeoutError)
  expect(String(error)).toContain('the ledger is late')
})
