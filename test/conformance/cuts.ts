/** Where a recorded body is cut: nowhere, after each event, at every byte, or at random. */
const encoder = new TextEncoder()

export type Cutting = (body: string) => number[]

export const inOneWrite: Cutting = () => []

export const eventByEvent: Cutting = (body) => {
  const cuts: number[] = []
  let at = 0
  for (const event of body.split(/(?<=\n\n)/)) {
    at += encoder.encode(event).length
    cuts.push(at)
  }
  return cuts.slice(0, -1)
}

export const atEveryByte: Cutting = (body) =>
  Array.from({ length: encoder.encode(body).length - 1 }, (_, index) => index + 1)

/** The same seed gives the same cuts (mulberry32), so that a failure can be repeated. */
export function atRandom(seed: number, count: number): Cutting {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  return (body) => {
    const { length } = encoder.encode(body)
    const cuts = Array.from({ length: count }, () => 1 + Math.floor(next() * (length - 1)))
    return [...new Set(cuts)].sort((one, other) => one - other)
  }
}
