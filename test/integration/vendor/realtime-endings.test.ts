/** How a realtime session ends: with its key, with its client, with its quota; and what is charged for it. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { connect } from 'node:net'
import { type Gateway, startGateway } from '../../support/gateway.ts'
import { waitFor } from '../../support/waiting.ts'

const USAGE = { total_tokens: 30, input_tokens: 10, output_tokens: 20 }
const opened: string[] = []
const closed: string[] = []
const handshake = Promise.withResolvers<void>()
let dialed = 0
const upstream = Bun.serve<{ model: string }>({
  port: 0,
  hostname: '127.0.0.1',
  async fetch(request, server) {
    const model = new URL(request.url).searchParams.get('model') ?? ''
    if (model === 'slow') {
      dialed++
      await handshake.promise
    }
    return server.upgrade(request, { data: { model } })
      ? undefined
      : new Response('', { status: 400 })
  },
  websocket: {
    open: ({ data }) => void opened.push(data.model),
    close: ({ data }) => void closed.push(data.model),
    message(socket) {
      socket.send(JSON.stringify({ type: 'response.done', response: { id: 'r', usage: USAGE } }))
    },
  },
})

let gateway: Gateway
beforeAll(async () => {
  gateway = await startGateway({
    upstreams: [
      { name: 'rt', provider: 'openai', baseUrl: `http://127.0.0.1:${upstream.port}/v1` },
    ],
  })
})
afterAll(async () => {
  await gateway.stop()
  await upstream.stop(true)
})

async function keyOf(user: string, ...options: string[]): Promise<string> {
  await gateway.cli(['user', 'create', user, ...options])
  const key = (await gateway.cli(['key', 'create', user])).stdout.trim()
  await waitFor('the gateway to know the key', async () => {
    const headers = { authorization: `Bearer ${key}` }
    return (await fetch(`${gateway.baseUrl}/models`, { headers })).ok || null
  })
  return key
}

async function session(key: string, model: string) {
  const headers = { authorization: `Bearer ${key}` }
  const url = `ws://127.0.0.1:${gateway.port}/v1/realtime?model=${model}`
  const socket = new WebSocket(url, { headers } as unknown as string[])
  const ended = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.onclose = ({ code, reason }) => resolve({ code, reason })
  })
  await new Promise((resolve) => {
    socket.onopen = resolve
  })
  return { socket, ended }
}
const closedAtUpstream = (model: string) =>
  waitFor(`the session ${model} to end at the upstream`, () => closed.includes(model) || null)

test('a session ends at once when its key is revoked, here and at the upstream', async () => {
  const key = await keyOf('revoked')
  const { ended } = await session(key, 'revoked')
  await gateway.cli(['key', 'revoke', key.slice(0, 15)])
  expect(await ended).toEqual({ code: 1008, reason: expect.stringContaining('invalid_api_key') })
  await closedAtUpstream('revoked')
})

test('a session ends when its key expires', async () => {
  const key = await keyOf('expires')
  const { ended } = await session(key, 'expires')
  using database = gateway.database()
  const soon = new Date(Date.now() + 1_000).toISOString()
  database.run('UPDATE api_keys SET expires_at = ? WHERE prefix = ?', [soon, key.slice(0, 15)])
  expect(await ended).toEqual({ code: 1008, reason: expect.stringContaining('expired') })
  await closedAtUpstream('expires')
})

test('a client that leaves during the handshake leaves no session open at the upstream', async () => {
  const key = await keyOf('leaves')
  const client = connect(gateway.port, '127.0.0.1')
  client.write(
    `GET /v1/realtime?model=slow HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${key}\r\nconnection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`,
  )
  await waitFor('the handshake at the upstream', () => dialed || null)
  client.destroy()
  // The gateway has seen the client leave if it has read what was sent afterwards.
  await fetch(`${gateway.origin}/livez`)
  handshake.resolve()
  await waitFor('the session to be open at the upstream', () => opened.includes('slow') || null)
  await closedAtUpstream('slow')
  const row = await waitFor('its record', () => {
    using database = gateway.database()
    return database
      .query<Record<string, unknown>, []>("SELECT * FROM usage_records WHERE model = 'slow'")
      .get()
  })
  expect(row).toMatchObject({ outcome: 'aborted', total_tokens: 0 })
})

test('the response that uses up the quota is charged once', async () => {
  const key = await keyOf('spends', '--quota', '100')
  const { socket, ended } = await session(key, 'spends')
  let responses = 0
  socket.onmessage = () => {
    responses++
    socket.send('{}')
  }
  socket.send('{}')
  expect(await ended).toEqual({ code: 1008, reason: expect.stringContaining('quota') })
  const used = await waitFor('every record of the session', () => {
    using database = gateway.database()
    const rows = database
      .query<{ request_id: string; total_tokens: number }, []>(
        "SELECT request_id, total_tokens FROM usage_records WHERE model = 'spends'",
      )
      .all()
    // The session itself is recorded last.
    if (!rows.some(({ request_id }) => !request_id.includes('.'))) return null
    return rows.reduce((sum, row) => sum + row.total_tokens, 0)
  })
  expect(used).toBe(responses * USAGE.total_tokens)
})
