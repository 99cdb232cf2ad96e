/** Networks that a key is restricted to. */
import { expect, test } from 'bun:test'
import { isAllowedFrom } from './allowed-addresses.ts'
import { parseAddress } from './ip-address.ts'

test.each([
  [['10.0.0.0/8'], '10.1.2.3', true],
  [['10.0.0.0/8'], '11.1.2.3', false],
  [['192.0.2.7'], '192.0.2.7', true],
  [['192.0.2.7'], '192.0.2.8', false],
  [['10.0.0.0/8'], '::ffff:10.1.2.3', true],
  [['2001:db8::/32'], '2001:db8:1::5', true],
  [['2001:db8:1::5'], '2001:db8:1::6', false],
  [['10.0.0.0/8', '2001:db8::/32'], '2001:db8::1', true],
])('%p and %s: %p', (networks, address, allowed) => {
  expect(isAllowedFrom(networks, parseAddress(address))).toBe(allowed)
})

test('an unreadable list or an unreadable address allows no request', () => {
  expect(isAllowedFrom(['10.0.0.0/8x'], parseAddress('10.1.2.3'))).toBe(false)
  expect(isAllowedFrom([], parseAddress('10.1.2.3'))).toBe(false)
  expect(isAllowedFrom(['10.0.0.0/8'], null)).toBe(false)
})
