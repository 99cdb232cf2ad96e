/** Which address a request counts for, whatever its headers claim. */
import { describe, expect, test } from 'bun:test'
import { clientAddress, trustOf } from './client-address.ts'
import { readCidr } from './ip-address.ts'

const PROXIES = ['10.0.0.0/8', '::1', 'fd00::/8']

describe('the address of a client', () => {
  test.each([
    [
      'without a trusted proxy is the other end of the socket',
      '192.0.2.9',
      '198.51.100.1',
      [],
      '192.0.2.9',
    ],
    [
      'from a stranger is the stranger, whatever the header says',
      '192.0.2.9',
      '198.51.100.1',
      PROXIES,
      '192.0.2.9',
    ],
    [
      'behind a trusted proxy is what that proxy says',
      '10.1.1.1',
      '198.51.100.1',
      PROXIES,
      '198.51.100.1',
    ],
    [
      'is the rightmost that no trusted proxy is',
      '10.1.1.1',
      '1.2.3.4, 198.51.100.1, 10.9.9.9',
      PROXIES,
      '198.51.100.1',
    ],
    ['is the proxy where the header is missing', '10.1.1.1', null, PROXIES, '10.1.1.1'],
    [
      'ends at what is no address, because no trusted proxy wrote it',
      '10.1.1.1',
      '1.2.3.4, nonsense, 10.9.9.9',
      PROXIES,
      '10.9.9.9',
    ],
    [
      'is the furthest proxy where all are trusted',
      '10.1.1.1',
      '10.2.2.2, 10.3.3.3',
      PROXIES,
      '10.2.2.2',
    ],
    ['in IPv6 is its /64', '2001:db8:1:2:aaaa:bbbb:cccc:dddd', null, [], '2001:db8:1:2::/64'],
    ['in IPv6 behind a proxy too', 'fd00::1', '2001:db8:1:2::9', PROXIES, '2001:db8:1:2::/64'],
    [
      'is read without its port',
      '10.1.1.1',
      '1.2.3.4, 198.51.100.1:50123, 10.9.9.9:80',
      PROXIES,
      '198.51.100.1',
    ],
    [
      'in IPv6 is read without brackets and port',
      '10.1.1.1',
      '[2001:db8:1:2::9]:443',
      PROXIES,
      '2001:db8:1:2::/64',
    ],
    [
      'is trusted also where it is mapped into IPv6',
      '::ffff:10.1.1.1',
      '198.51.100.1',
      PROXIES,
      '198.51.100.1',
    ],
    ['ends at an empty entry', '10.1.1.1', '198.51.100.1, , 10.9.9.9', PROXIES, '10.9.9.9'],
    ['mapped into IPv6 is the IPv4 address', '::ffff:192.0.2.9', null, [], '192.0.2.9'],
  ])('%s', (_, peer, forwarded, proxies, expected) => {
    expect(clientAddress(peer, forwarded, trustOf(proxies))).toBe(expected)
  })
})

test.each([
  '10.0.0.0/33',
  '10.0.0',
  '::1/129',
  'example.com',
  '10.0.0.1/',
  '1.2.3.4.5',
  '010.0.0.1',
  '1',
  '0x7f.1',
  '',
])('%j is not an address', (text) => {
  expect(readCidr(text)).toBeNull()
})
