/** Repeatable randomness (mulberry32): the same seed makes the same messages. */

export interface Random {
  /** 0 up to, but not including, `limit`. */
  below(limit: number): number
  /** True once in `times`. */
  once(times: number): boolean
  pick<T>(list: readonly T[]): T
}

export function seeded(seed: number): Random {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (limit: number) => Math.floor(next() * limit)
  return {
    below,
    once: (times) => below(times) === 0,
    pick: (list) => list[below(list.length)] as (typeof list)[number],
  }
}

/** Cuts `bytes` at up to `most` random places. */
export function cutUp(bytes: Buffer, most: number, random: Random): Buffer[] {
  const places = Array.from({ length: random.below(most + 1) }, () =>
    random.below(bytes.length + 1),
  )
  const sorted = [0, ...places.sort((one, other) => one - other), bytes.length]
  return sorted.slice(1).map((end, at) => bytes.subarray(sorted[at], end))
}
