/** One renewal for all, before the end, and no storm on a source that fails. */
import { expect, test } from 'bun:test'
import { type Expiring, FreshValue } from './fresh-value.ts'

function source() {
  let now = 0
  let asked = 0
  let pending: PromiseWithResolvers<Expiring<string>> | null = null
  const fresh = new FreshValue<string>(
    () => {
      asked++
      pending = Promise.withResolvers()
      return pending.promise
    },
    () => now,
  )
  return {
    fresh,
    asked: () => asked,
    at: (ms: number) => {
      now = ms
    },
    give: (value: string, expiresAtMs: number) => pending?.resolve({ value, expiresAtMs }),
    refuse: (error: Error) => pending?.reject(error),
  }
}

const HOUR = 3_600_000

test('a thousand requests at once cause one renewal', async () => {
  const { fresh, asked, give } = source()
  const all = Array.from({ length: 1_000 }, async () => fresh.get())
  give('token', HOUR)
  expect(new Set(await Promise.all(all))).toEqual(new Set(['token']))
  expect(asked()).toBe(1)
  expect(fresh.get()).toBe('token')
})

test('renews five minutes before the end, and serves the old value meanwhile', async () => {
  const { fresh, asked, at, give } = source()
  const first = fresh.get()
  give('one', HOUR)
  await first
  at(HOUR - 5 * 60_000 - 1)
  expect(fresh.get()).toBe('one')
  expect(asked()).toBe(1)
  at(HOUR - 5 * 60_000)
  expect([fresh.get(), fresh.get()]).toEqual(['one', 'one'])
  expect(asked()).toBe(2)
  give('two', 2 * HOUR)
  await Bun.sleep(0)
  expect(fresh.get()).toBe('two')
})

test('an expired value is never given', async () => {
  const { fresh, at, give } = source()
  const first = fresh.get()
  give('one', HOUR)
  await first
  at(HOUR)
  const second = fresh.get()
  give('two', 2 * HOUR)
  expect(await second).toBe('two')
})

test('a value that comes when it is over already is used for a minute, and not renewed for each request', async () => {
  const { fresh, asked, at, give } = source()
  at(HOUR)
  const first = fresh.get()
  give('extended', HOUR - 1)
  expect(await first).toBe('extended')
  at(HOUR + 29_999)
  expect(fresh.get()).toBe('extended')
  expect(asked()).toBe(1)
  at(HOUR + 30_000)
  expect(fresh.get()).toBe('extended')
  expect(asked()).toBe(2)
  give('new', 3 * HOUR)
  await Bun.sleep(0)
  expect(fresh.get()).toBe('new')
})

test('a failed renewal leaves the old value in use, and waits longer after each failure', async () => {
  const { fresh, asked, at, give, refuse } = source()
  const first = fresh.get()
  give('one', HOUR)
  await first
  const near = HOUR - 60_000
  at(near)
  expect(fresh.get()).toBe('one')
  refuse(new Error('down'))
  await Bun.sleep(0)
  for (const [afterMs, attempts] of [
    [999, 2],
    [1_000, 3],
  ] as const) {
    at(near + afterMs)
    expect(fresh.get()).toBe('one')
    expect(asked()).toBe(attempts)
  }
  refuse(new Error('still down'))
  await Bun.sleep(0)
  at(near + 1_000 + 1_999)
  expect(fresh.get()).toBe('one')
  expect(asked()).toBe(3)
})

test('without a valid value, the reason for the failure reaches every caller', async () => {
  const { fresh, asked, refuse } = source()
  const all = [fresh.get(), fresh.get()]
  refuse(new Error('invalid_grant'))
  for (const each of all) expect(each).rejects.toThrow('invalid_grant')
  await Promise.allSettled(all)
  expect(fresh.get()).rejects.toThrow('invalid_grant')
  expect(asked()).toBe(1)
})

test('a value that was refused is not given again', async () => {
  const { fresh, asked, at, give } = source()
  const first = fresh.get()
  give('one', HOUR)
  await first
  at(60_000)
  expect(fresh.discard('one')).toBe(true)
  const second = fresh.get()
  give('two', 2 * HOUR)
  expect(await second).toBe('two')
  // Another request had been sent with the old value, and is sent again with the new one.
  expect(fresh.discard('one')).toBe(true)
  expect(fresh.get()).toBe('two')
  expect(asked()).toBe(2)
})

test('a new value that is refused is kept, so that refusals cause no storm of renewals', async () => {
  const { fresh, asked, at, give } = source()
  const first = fresh.get()
  give('one', HOUR)
  await first
  at(59_999)
  expect(fresh.discard('one')).toBe(false)
  expect(fresh.get()).toBe('one')
  expect(asked()).toBe(1)
})
