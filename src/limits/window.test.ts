/** The sliding window against a plain log of all amounts: never over the limit in any 60 s, and no capacity lost. */
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { add, emptyWindow, fits, giveBack, resetMs, roll, waitMs } from './window.ts'

interface Taken {
  atMs: number
  amount: number
}

const steps = fc.array(
  fc.record({
    afterMs: fc.integer({ min: 0, max: 9_000 }),
    amount: fc.integer({ min: 1, max: 6 }),
  }),
  { minLength: 1, maxLength: 120 },
)

describe('a window', () => {
  test('lets no span of 60 s have more than the limit', () => {
    fc.assert(
      fc.property(steps, fc.integer({ min: 6, max: 40 }), (asked, limit) => {
        const window = emptyWindow()
        const taken: Taken[] = []
        let nowMs = 0
        for (const { afterMs, amount } of asked) {
          nowMs += afterMs
          roll(window, Math.floor(nowMs / 1000))
          if (!fits(window, amount, limit)) continue
          add(window, Math.floor(nowMs / 1000), amount)
          taken.push({ atMs: nowMs, amount })
        }
        for (const { atMs } of taken) {
          const span = taken.filter((one) => one.atMs >= atMs && one.atMs < atMs + 60_000)
          expect(span.reduce((sum, { amount }) => sum + amount, 0)).toBeLessThanOrEqual(limit)
        }
      }),
    )
  })

  test('refuses only what a log of the last 61 s would refuse too, and says to the millisecond until when', () => {
    fc.assert(
      fc.property(steps, fc.integer({ min: 6, max: 40 }), (asked, limit) => {
        const window = emptyWindow()
        const taken: Taken[] = []
        let nowMs = 0
        for (const { afterMs, amount } of asked) {
          nowMs += afterMs
          const second = Math.floor(nowMs / 1000)
          roll(window, second)
          const recent = taken.filter(({ atMs }) => nowMs - atMs < 61_000)
          const used = recent.reduce((sum, one) => sum + one.amount, 0)
          expect(window.sum).toBeLessThanOrEqual(used)
          const wait = waitMs(window, amount, limit, nowMs)
          expect(wait === 0).toBe(fits(window, amount, limit))
          if (wait === 0) {
            add(window, second, amount)
            taken.push({ atMs: nowMs, amount })
            continue
          }
          // One millisecond earlier it is still refused; at that time it fits.
          const later = { ...window, seconds: [...window.seconds], amounts: [...window.amounts] }
          roll(later, Math.floor((nowMs + wait - 1) / 1000))
          expect(fits(later, amount, limit)).toBe(false)
          roll(later, Math.floor((nowMs + wait) / 1000))
          expect(fits(later, amount, limit)).toBe(true)
        }
        expect(resetMs(window, nowMs)).toBeLessThanOrEqual(61_000)
      }),
    )
  })

  test('returns to the second it was counted in, and never more than was counted', () => {
    const window = emptyWindow()
    add(window, 10, 5)
    add(window, 11, 7)
    giveBack(window, 10, 3)
    giveBack(window, 10, 9)
    giveBack(window, 9, 4)
    expect(window.sum).toBe(7)
    roll(window, 71)
    giveBack(window, 10, 1)
    expect(window.sum).toBe(7)
    roll(window, 72)
    expect(window.sum).toBe(0)
    expect(resetMs(window, 72_000)).toBe(0)
  })

  test('that can never fit the limit says so', () => {
    expect(waitMs(emptyWindow(), 11, 10, 0)).toBe(Number.POSITIVE_INFINITY)
  })
})
