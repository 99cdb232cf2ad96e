/** What surrounds every route that is no model call: authorisation, errors, and no body. */
import { expect, test } from 'bun:test'
import { readRequestHead } from '../http1/request-head.ts'
import type { Services } from '../pipeline/services.ts'
import { jsonReply } from './json.ts'
import { type AppParts, getRoute } from './route.ts'
import { Exchange } from './server/exchange.ts'

const logged: object[] = []
const gateway = {
  logger: { error: (fields: object) => void logged.push(fields), info() {}, warn() {} },
  metrics: { refused() {} },
  directory: { findCaller: () => null },
} as unknown as Services
let inFlight = 0
const parts = {
  gateway,
  inFlight: { add: () => void inFlight++, remove: () => void inFlight-- },
} as unknown as AppParts

function ask(method = 'GET') {
  const { promise, resolve } = Promise.withResolvers<string>()
  let sent = ''
  const exchange = new Exchange(
    readRequestHead(`${method} /x HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked`),
    {
      peer: () => '10.0.0.1',
      send(head, body) {
        sent += head + (body === null ? '' : Buffer.from(body).toString())
      },
      lag() {},
      finished: () => resolve(sent),
      abort() {},
      isLast: () => false,
      hold() {},
      openTunnel() {
        throw new Error('no tunnel')
      },
    },
  )
  return { exchange, reply: promise }
}

test('a route refuses callers without the right', async () => {
  let entered = false
  const route = getRoute('/x', 'proxy_key', () => () => {
    entered = true
    return jsonReply({})
  })
  const { exchange, reply } = ask()
  route.open(parts)(exchange, { params: {}, deployment: null, path: '/x' })
  expect(await reply).toStartWith('HTTP/1.1 401 ')
  expect(entered).toBe(false)
})

test('a mistake of ours is an error of the usual form, and its place is in the log', async () => {
  const route = getRoute('/x', 'open', () => () => {
    throw new Error('secret detail')
  })
  const { exchange, reply } = ask()
  route.open(parts)(exchange, { params: {}, deployment: null, path: '/x' })
  const [head = '', body = ''] = (await reply).split('\r\n\r\n')
  const { error } = JSON.parse(body)
  expect(head).toStartWith('HTTP/1.1 500 ')
  expect(error.code).toBe('internal_error')
  expect(body).not.toContain('secret detail')
  expect(logged).toEqual([
    { requestId: error.request_id, error: expect.stringContaining('secret detail') },
  ])
})

test('of a body nothing is kept, before the reply or while it is waited for', async () => {
  const answer = Promise.withResolvers<void>()
  const route = getRoute('/x', 'open', () => async () => {
    await answer.promise
    return jsonReply({})
  })
  const { exchange, reply } = ask()
  exchange.received(Buffer.from('before'))
  route.open(parts)(exchange, { params: {}, deployment: null, path: '/x' })
  exchange.received(Buffer.from('behind'))
  expect([exchange.text(), inFlight]).toEqual(['', 1])
  answer.resolve()
  expect(await reply).toContain('connection: close')
  expect(inFlight).toBe(0)
})
