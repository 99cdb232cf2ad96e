/** The opening handshake, and keys inside it. */
import { expect, test } from 'bun:test'
import { acceptOf, keyIn, readOffer, upstreamProtocols } from './websocket-handshake.ts'

const from = (headers: Record<string, string>) => ({ get: (name: string) => headers[name] ?? null })
const GOOD = {
  upgrade: 'websocket',
  connection: 'keep-alive, Upgrade',
  'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
  'sec-websocket-version': '13',
}

test('the key is accepted as RFC 6455 says', () => {
  expect(acceptOf(GOOD['sec-websocket-key'])).toBe('s3pPLMBiTxaQ9kYGzzhZRbK+xOo=')
})

test('a key among the subprotocols is the caller’s, and goes no further', () => {
  const offered =
    'realtime, openai-insecure-api-key.sk-proxy-abc, openai-beta.realtime-v1, openai-project.x'
  const headers = from({ ...GOOD, 'sec-websocket-protocol': offered })
  expect(keyIn(headers)).toBe('sk-proxy-abc')
  const offer = readOffer(headers)
  expect(offer === null ? [] : upstreamProtocols(offer)).toEqual([
    'realtime',
    'openai-beta.realtime-v1',
  ])
})

test('a request without an upgrade makes no offer', () => {
  expect(readOffer(from({}))).toBeNull()
  expect(readOffer(from({ ...GOOD, upgrade: 'h2c' }))).toBeNull()
})

test.each([
  { 'sec-websocket-version': '8' },
  { 'sec-websocket-key': 'short' },
  { connection: 'close' },
])('a handshake with %j is refused', (wrong) => {
  expect(() => readOffer(from({ ...GOOD, ...wrong }))).toThrow('handshake')
})
