/** WebSockets other than realtime: Responses, live sessions and translations, by the official client's own classes. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'bun:test'
import OpenAI from 'openai-7'
import { ResponsesWS } from 'openai-7/resources/responses/ws'
import { type Gateway, startGateway } from '../../support/gateway.ts'
import { waitFor } from '../../support/waiting.ts'

const USAGE = { input_tokens: 10, output_tokens: 5, total_tokens: 15 }
const paths: string[] = []
const received: string[] = []
let made = 0
const upstream = Bun.serve({
  port: 0,
  hostname: '127.0.0.1',
  fetch(request, server) {
    const { pathname, search } = new URL(request.url)
    if (server.upgrade(request)) {
      paths.push(`${pathname}${search}`)
      return
    }
    return Response.json({ object: 'list', data: [] })
  },
  websocket: {
    message(socket, message) {
      received.push(String(message))
      const response = { id: `resp_ws_${++made}`, output: [{ id: `msg_ws_${made}` }], usage: USAGE }
      socket.send(JSON.stringify({ type: 'response.completed', response }))
    },
  },
})

let gateway: Gateway
let stranger: string
beforeAll(async () => {
  gateway = await startGateway({
    upstreams: [
      { name: 'vendor', provider: 'openai', baseUrl: `http://127.0.0.1:${upstream.port}/v1` },
    ],
  })
  await gateway.cli(['user', 'create', 'stranger'])
  stranger = (await gateway.cli(['key', 'create', 'stranger', '--model', 'gpt-5'])).stdout.trim()
  const answers = () =>
    fetch(`${gateway.baseUrl}/models`, { headers: { authorization: `Bearer ${stranger}` } })
  await waitFor('the new key', async () => (await answers()).ok || null)
})
afterAll(async () => {
  await gateway.stop()
  await upstream.stop(true)
})
beforeEach(() => {
  paths.length = 0
  received.length = 0
})

interface Session {
  socket: WebSocket
  messages: string[]
  closed: Promise<string>
}

async function open(path: string, key = gateway.proxyKey): Promise<Session> {
  const { promise: closed, resolve } = Promise.withResolvers<string>()
  const address = `${gateway.baseUrl.replace('http', 'ws')}${path}`
  const socket = new WebSocket(address, { headers: { authorization: `Bearer ${key}` } } as never)
  const messages: string[] = []
  socket.onmessage = ({ data }) => messages.push(String(data))
  socket.onclose = ({ code, reason }) => resolve(`${code} ${reason}`)
  await waitFor('the session', () => socket.readyState === WebSocket.OPEN || null)
  return { socket, messages, closed }
}

const create = (fields: object) => JSON.stringify({ type: 'response.create', ...fields })

test('the official client’s Responses over a WebSocket are recorded with the model of each', async () => {
  const client = new OpenAI({ baseURL: gateway.baseUrl, apiKey: gateway.proxyKey })
  const session = new ResponsesWS(client as never)
  const { promise, resolve } = Promise.withResolvers<unknown>()
  session.on('response.completed', (event) => resolve(event.response.id))
  session.send({ type: 'response.create', model: 'gpt-5', input: 'Hello' } as never)
  expect(await promise).toStartWith('resp_ws_')
  session.close()
  using database = gateway.database()
  const rows = () =>
    database
      .query(
        "SELECT model, total_tokens FROM usage_records WHERE total_tokens > 0 AND model = 'gpt-5'",
      )
      .all()
  await waitFor('the record', () => rows().length > 0 || null)
  expect(rows()).toEqual([{ model: 'gpt-5', total_tokens: 15 }])
  expect(paths).toEqual(['/v1/responses'])
})

test('a response of another user ends the session before the vendor hears of it', async () => {
  const own = await open('/responses')
  own.socket.send(create({ model: 'gpt-5', input: 'Hello' }))
  await waitFor('the response', () => own.messages.length > 0 || null)
  const { id, output } = JSON.parse(own.messages[0] ?? '').response
  own.socket.send(create({ model: 'gpt-5', previous_response_id: id, input: 'Go on' }))
  own.socket.send(create({ model: 'gpt-5', input: 'Last' }))
  await waitFor('the answers', () => own.messages.length === 3 || null)
  expect(received.map((text) => JSON.parse(text).input)).toEqual(['Hello', 'Go on', 'Last'])
  own.socket.close()
  received.length = 0
  for (const fields of [
    { previous_response_id: id },
    { input: [{ type: 'item_reference', id: output[0].id }] },
  ]) {
    const other = await open('/responses', stranger)
    other.socket.send(create({ model: 'gpt-5', ...fields }))
    other.socket.send(create({ model: 'gpt-5', input: 'behind it' }))
    expect(await other.closed).toMatch(
      /^1008 gateway: (?:Previous response|Item) with id '\w+' not found/,
    )
  }
  expect(received).toEqual([])
})

test('a model that the key may not use ends the session', async () => {
  const session = await open('/responses', stranger)
  session.socket.send(create({ model: 'gpt-5-pro', input: 'Hello' }))
  expect(await session.closed).toMatch(/^1008 model_not_allowed/)
  expect(received).toEqual([])
})

test('live sessions and translations reach the vendor at the same path, to their maker alone', async () => {
  using database = gateway.database()
  database.run(
    "INSERT INTO vendor_objects VALUES ('live_session', 'live_1', 1, (SELECT id FROM users WHERE username = 'default'), 1, '2026-01-01T00:00:00.000Z', NULL)",
  )
  for (const path of [
    '/live/sessions',
    '/live/sessions/live_1/attach',
    '/live/sessions/live_1/fork',
    '/realtime/translations?model=gpt-realtime',
  ]) {
    const session = await open(path)
    session.socket.close()
    await session.closed
  }
  expect(paths).toEqual([
    '/v1/live/sessions',
    '/v1/live/sessions/live_1/attach',
    '/v1/live/sessions/live_1/fork',
    '/v1/realtime/translations?model=gpt-realtime',
  ])
  const refused = await fetch(`${gateway.baseUrl}/live/sessions/live_1/attach`, {
    headers: {
      authorization: `Bearer ${stranger}`,
      upgrade: 'websocket',
      connection: 'Upgrade',
      'sec-websocket-version': '13',
      'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
    },
  })
  expect(refused.status).toBe(404)
})
