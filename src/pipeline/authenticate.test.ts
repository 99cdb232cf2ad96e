/** How a key is read from a header. */
import { expect, test } from 'bun:test'
import { PROXY_KEY } from '../../test/support/in-process/entities.ts'
import { scriptedTransport } from '../../test/support/in-process/scripted-transport.ts'
import { testServices } from '../../test/support/in-process/services.ts'
import { authenticate } from './authenticate.ts'

const transport = scriptedTransport(() => {
  throw new Error('nothing is sent')
})
const { services } = await testServices({ transport })

function callerFor(authorization: string) {
  const get = (name: string) => (name === 'authorization' ? authorization : null)
  return authenticate(services, { headers: { get }, peer: () => '127.0.0.1' })
}

test.each([`Bearer ${PROXY_KEY}`, `bearer \t ${PROXY_KEY}\t `])('%j holds the key', (header) => {
  expect(callerFor(header).key.prefix).toBe(PROXY_KEY.slice(0, callerFor(header).key.prefix.length))
})

test.each([
  ['nothing after the scheme', 'Bearer \t '],
  ['another blank in front of the key', `Bearer \u00a0${PROXY_KEY}`],
  ['a blank within', `Bearer ${PROXY_KEY.slice(0, 20)} ${PROXY_KEY.slice(20)}`],
  ['another scheme', `Basic ${PROXY_KEY}`],
])('a header with %s is refused', (_, header) => {
  expect(() => callerFor(header)).toThrow('no valid proxy key')
})

// If each blank began a search of its own, these would take minutes, and anyone may send them.
test('headers with 64 KiB of blanks are read in one pass', () => {
  const header = `Bearer x${' '.repeat(65_000)}y`
  for (let sent = 0; sent < 500; sent++) expect(() => callerFor(header)).toThrow('no valid')
})
