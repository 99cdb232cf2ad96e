/** Recognising a request that has come back, and the header for the next gateway. */
import { expect, test } from 'bun:test'
import { HOPS_HEADER, hopsProblem, MAX_HOPS, OWN_HOP, passedHops } from './hops.ts'

const passed = (value: string | null) => ({
  get: (name: string) => (name === HOPS_HEADER ? value : null),
})
const others = (count: number) => Array.from({ length: count }, (_, at) => `gateway-${at}`)

test('a request of a client, or of other gateways, is not a loop', () => {
  expect(hopsProblem(passed(null))).toBe(null)
  expect(hopsProblem(passed(others(MAX_HOPS - 1).join(', ')))).toBe(null)
})

test('a gateway that finds itself among them is in a loop', () => {
  expect(hopsProblem(passed(`gateway-1, ${OWN_HOP},gateway-2`))).toBe('own')
})

test('too many different gateways are a loop', () => {
  expect(hopsProblem(passed(others(MAX_HOPS).join(',')))).toBe('many')
  expect(hopsProblem(passed(Array.from({ length: 20 }, () => 'same').join(', ')))).toBe(null)
})

test('the header is sent on with this gateway at its end, unless it has characters that cannot be sent', () => {
  expect(passedHops(passed(null))).toBe(null)
  expect(passedHops(passed('one'))).toBe(`one, ${OWN_HOP}`)
  expect(passedHops(passed('one\u{e9}'))).toBe(null)
})
