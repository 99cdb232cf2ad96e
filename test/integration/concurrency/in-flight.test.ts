/** Requests in flight: bounded by key, and ended with the user they belong to. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { connect, type Socket } from 'node:net'
import { type Gateway, startGateway } from '../../support/gateway.ts'
import { type MockUpstream, startMockUpstream } from '../../support/mock/mock-upstream.ts'
import { waitFor } from '../../support/waiting.ts'

let mock: MockUpstream
let gateway: Gateway
beforeAll(async () => {
  mock = await startMockUpstream()
  gateway = await startGateway({
    upstreams: [{ name: 'u', provider: 'compatible', baseUrl: mock.url }],
    env: { MAX_IN_FLIGHT_PER_KEY: '2' },
  })
})
afterAll(async () => {
  mock.dropConnections()
  await gateway.stop()
  await mock.close()
})

const EVENT =
  'data: {"id":"1","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":"a"}}]}\n\n'
const HEAD = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n'
const stream = () =>
  gateway.chat({ model: 'm', stream: true, messages: [{ role: 'user', content: 'Hi' }] })

test('requests beyond the cap of a key are refused, and a disabled user’s streams end within a second', async () => {
  mock.script(() => [{ write: HEAD + EVENT }, 'stall'])
  const running = [await stream(), await stream()]
  for (const response of running) expect(response.status).toBe(200)
  const third = await stream()
  expect([third.status, third.headers.get('retry-after')]).toEqual([429, '1'])
  expect(await third.text()).toContain('MAX_IN_FLIGHT_PER_KEY')

  const ended = Promise.all(
    running.map((response) =>
      response.text().then(
        () => 'end',
        () => 'cut',
      ),
    ),
  )
  await gateway.cli(['user', 'disable', 'default'])
  const disabledMs = performance.now()
  expect(await ended).toEqual(['cut', 'cut'])
  expect(performance.now() - disabledMs).toBeLessThan(1_000)
  await waitFor('the refusal', async () => ((await stream()).status === 401 ? true : null))
})

test('revoking a key refuses its requests that have no response yet, and ends their upstream requests', async () => {
  await gateway.cli(['user', 'create', 'waits'])
  const key = (await gateway.cli(['key', 'create', 'waits'])).stdout.trim()
  const asked = () =>
    gateway.chat(
      { model: 'm', messages: [{ role: 'user', content: 'Hi' }] },
      { headers: { authorization: `Bearer ${key}` } },
    )
  mock.script(() => ['stall'])
  const index = mock.ledger.length
  let waiting = asked()
  // The key is new: it is refused until the gateway has read it.
  await waitFor('the request to reach the upstream', async () => {
    if (mock.ledger.length > index) return true
    const first = await Promise.race([waiting, Bun.sleep(20)])
    if (first) waiting = asked()
    return null
  })
  await gateway.cli(['key', 'revoke', key.slice(0, 15)])
  const response = await waiting
  expect(response.status).toBe(401)
  expect(await response.text()).toContain('stopped working while the request ran')
  await mock.closedByPeer(await mock.exchangeArrived(index))
})

test('token counts, which are made here, count as requests in flight', async () => {
  await gateway.cli(['user', 'create', 'counts'])
  const key = (await gateway.cli(['key', 'create', 'counts'])).stdout.trim()
  const body = JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'Hi' }] })
  const count = () =>
    fetch(`${gateway.baseUrl}/messages/count_tokens`, {
      method: 'POST',
      headers: { 'x-api-key': key, 'content-type': 'application/json' },
      body,
    })
  await waitFor('the key to be known', async () => ((await count()).ok ? true : null))
  const head = `POST /v1/messages/count_tokens HTTP/1.1\r\nhost: x\r\nx-api-key: ${key}\r\ncontent-length: 999\r\n\r\n{`
  // Requests whose bodies do not arrive. One that arrives while a count runs may itself be
  // refused, so more follow until both slots are taken.
  const slow: Socket[] = []
  const refused = await waitFor('a refusal', async () => {
    const socket = connect(gateway.port, '127.0.0.1')
    slow.push(socket)
    socket.write(head)
    const reply = await count()
    return reply.status === 429 ? reply : null
  })
  expect(await refused.text()).toContain('MAX_IN_FLIGHT_PER_KEY')
  for (const socket of slow) socket.destroy()
  await waitFor('the counts to end', async () => ((await count()).ok ? true : null))
})
