/** Realtime sessions: a WebSocket through the gateway, authenticated, metered and cut with the quota. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { type Gateway, startGateway, UPSTREAM_SECRET } from '../../support/gateway.ts'
import { waitFor } from '../../support/waiting.ts'

interface Heard {
  url: string
  authorization: string | null
  protocol: string | null
}

const heard: Heard[] = []
const USAGE = {
  total_tokens: 30,
  input_tokens: 10,
  output_tokens: 20,
  input_token_details: { audio_tokens: 4 },
}
/** What is heard, seen or made besides responses, by what a client asks for. */
const REPORTS: Record<string, object> = {
  transcribe: {
    type: 'conversation.item.input_audio_transcription.completed',
    usage: { type: 'duration', seconds: 2.5 },
  },
  configure: {
    type: 'session.updated',
    session: { audio: { input: { transcription: { model: 'whisper-1' } } } },
  },
  listen: { type: 'session.usage.updated', usage: { seconds: 4 } },
  'listen on': { type: 'session.usage.updated', usage: { seconds: 9 } },
  speak: { type: 'response.output_audio.delta', delta: 'AAAA' },
}
const upstream = Bun.serve({
  port: 0,
  hostname: '127.0.0.1',
  fetch(request, server) {
    const { headers } = request
    heard.push({
      url: request.url,
      authorization: headers.get('authorization'),
      protocol: headers.get('sec-websocket-protocol'),
    })
    if (request.url.includes('model=denied'))
      return Response.json({ error: { message: 'no such session', code: 'nope' } }, { status: 400 })
    const protocol = headers.get('sec-websocket-protocol')?.split(',')[0]
    return server.upgrade(
      request,
      protocol === undefined ? {} : { headers: { 'sec-websocket-protocol': protocol } },
    )
      ? undefined
      : new Response('no upgrade', { status: 400 })
  },
  websocket: {
    open: (socket) =>
      void socket.send(JSON.stringify({ type: 'session.created', session: { id: 'sess_1' } })),
    message(socket, message) {
      const { type } = JSON.parse(String(message)) as { type: string }
      if (type === 'response.create')
        socket.send(JSON.stringify({ type: 'response.done', response: { id: 'r', usage: USAGE } }))
      else if (type === 'close') socket.close(4001, 'as you wish')
      else if (REPORTS[type] !== undefined) socket.send(JSON.stringify(REPORTS[type]))
      else if (type === 'large') socket.send('y'.repeat(5_000_000))
      else socket.send(message)
    },
  },
})

let gateway: Gateway
beforeAll(async () => {
  gateway = await startGateway({
    upstreams: [
      { name: 'rt', provider: 'openai', baseUrl: `http://127.0.0.1:${upstream.port}/v1` },
    ],
    env: { DEFAULT_MONTHLY_QUOTA_TOKENS: '100' },
  })
})
afterAll(async () => {
  await gateway.stop()
  await upstream.stop(true)
})
beforeEach(() => {
  heard.length = 0
})

interface Session {
  socket: WebSocket
  messages: string[]
  closed: Promise<{ code: number; reason: string }>
}

async function connect(
  protocols: string[] = [],
  model = 'gpt-realtime',
  key = gateway.proxyKey,
): Promise<Session> {
  const headers = protocols.length === 0 ? { authorization: `Bearer ${key}` } : {}
  const url = `ws://127.0.0.1:${gateway.port}/v1/realtime?model=${model}`
  const socket = new WebSocket(url, { headers, protocols } as unknown as string[])
  const messages: string[] = []
  socket.onmessage = ({ data }) => void messages.push(String(data))
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.onclose = ({ code, reason }) => resolve({ code, reason })
  })
  await Promise.race([
    new Promise((resolve) => {
      socket.onopen = resolve
    }),
    closed,
  ])
  return { socket, messages, closed }
}
const got = ({ messages }: Session, count: number) =>
  waitFor(`${count} messages`, () => (messages.length >= count ? messages : null))

test('messages pass both ways, with the operator’s key and the upstream’s close code', async () => {
  const session = await connect()
  session.socket.send(JSON.stringify({ type: 'echo', text: '文' }))
  const [created = '', echoed = ''] = await got(session, 2)
  expect(JSON.parse(created).type).toBe('session.created')
  expect(JSON.parse(echoed)).toEqual({ type: 'echo', text: '文' })
  session.socket.send(JSON.stringify({ type: 'large' }))
  expect((await got(session, 3))[2]).toHaveLength(5_000_000)
  session.socket.send(JSON.stringify({ type: 'close' }))
  expect(await session.closed).toEqual({ code: 4001, reason: 'as you wish' })
  expect(heard).toEqual([
    {
      url: expect.stringContaining('/v1/realtime?model=gpt-realtime'),
      authorization: `Bearer ${UPSTREAM_SECRET}`,
      protocol: null,
    },
  ])
})

test('a browser’s key in the subprotocols is accepted and goes no further', async () => {
  const session = await connect(['realtime', `openai-insecure-api-key.${gateway.proxyKey}`])
  await got(session, 1)
  expect(session.socket.protocol).toBe('realtime')
  session.socket.close(1000)
  expect((await session.closed).code).toBe(1000)
  expect(heard[0]?.protocol).toBe('realtime')
})

test.each([
  ['api-key', ''],
  ['Authorization', 'Bearer '],
])(
  'the key of a browser at Azure, in the query as %s, is accepted and goes no further',
  async (name, scheme) => {
    const query = new URLSearchParams({ deployment: 'gpt-realtime', 'api-version': '2025-04-01' })
    query.set(name, `${scheme}${gateway.proxyKey}`)
    const socket = new WebSocket(`ws://127.0.0.1:${gateway.port}/openai/realtime?${query}`, [
      'realtime',
      'openai-beta.realtime-v1',
    ])
    const { promise, resolve } = Promise.withResolvers<string>()
    socket.onmessage = ({ data }) => resolve(String(data))
    socket.onclose = ({ code }) => resolve(`closed with ${code}`)
    expect(await promise).toContain('session.created')
    socket.close()
    const { port } = upstream
    expect(heard).toEqual([
      {
        url: `http://127.0.0.1:${port}/v1/realtime?model=gpt-realtime`,
        authorization: `Bearer ${UPSTREAM_SECRET}`,
        protocol: 'realtime, openai-beta.realtime-v1',
      },
    ])
    expect(gateway.logs()).not.toContain(gateway.proxyKey)
  },
)

test('a wrong key, no upgrade and an upstream’s refusal are plain HTTP errors', async () => {
  const wrong = await connect([], 'gpt-realtime', 'sk-proxy-wrong')
  expect((await wrong.closed).code).not.toBe(1000)
  expect(heard).toEqual([])
  const plain = await fetch(`${gateway.baseUrl}/realtime`, {
    headers: { authorization: `Bearer ${gateway.proxyKey}` },
  })
  expect(plain.status).toBe(426)
  const handshake = {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
  }
  const refused = await fetch(`${gateway.baseUrl}/realtime?model=denied`, {
    headers: { authorization: `Bearer ${gateway.proxyKey}`, ...handshake },
  })
  expect([refused.status, await refused.text()]).toEqual([
    400,
    expect.stringContaining('no such session'),
  ])
})

test('each response is recorded, and the session is cut when the quota is gone', async () => {
  const session = await connect()
  for (let count = 0; count < 5; count++)
    session.socket.send(JSON.stringify({ type: 'response.create' }))
  const { code, reason } = await session.closed
  expect([code, reason]).toEqual([1008, expect.stringContaining('quota')])
  const rows = await waitFor('the records', () => {
    using database = gateway.database()
    const found = database
      .query<Record<string, unknown>, []>(
        "SELECT * FROM usage_records WHERE endpoint = 'realtime' AND total_tokens > 0",
      )
      .all()
    return found.length >= 4 ? found : null
  })
  expect(rows[0]).toMatchObject({
    model: 'gpt-realtime',
    prompt_tokens: 10,
    completion_tokens: 20,
    audio_tokens: 4,
  })
})

describe('what is not reported as tokens', () => {
  const recordsOf = async (...asked: string[]) => {
    const database = () => gateway.database()
    const known = new Set(
      (() => {
        using open = database()
        return open.query<{ request_id: string }, []>('SELECT request_id FROM usage_records').all()
      })().map(({ request_id: id }) => id),
    )
    const session = await connect([], 'gpt-realtime', other)
    for (const type of asked) session.socket.send(JSON.stringify({ type }))
    await got(session, 1 + asked.length)
    session.socket.close(1000)
    await session.closed
    return waitFor('the record of the session', () => {
      using open = database()
      const rows = open
        .query<Record<string, unknown>, []>(
          'SELECT request_id, model, audio_seconds, cost_usd FROM usage_records ORDER BY request_id',
        )
        .all()
        .filter(({ request_id: id }) => !known.has(String(id)))
      return rows.some(({ request_id: id }) => !String(id).includes('.')) ? rows : null
    })
  }
  let other: string
  beforeAll(async () => {
    await gateway.cli(['user', 'create', 'listener'])
    other = (await gateway.cli(['key', 'create', 'listener'])).stdout.trim()
    const headers = { authorization: `Bearer ${other}` }
    await waitFor('the new key', async () =>
      (await fetch(`${gateway.baseUrl}/models`, { headers })).ok ? true : null,
    )
  })
  const sum = (rows: Record<string, unknown>[]) =>
    rows.reduce((seconds, row) => seconds + Number(row.audio_seconds), 0)

  test('seconds of a transcription are recorded', async () => {
    const rows = await recordsOf('transcribe', 'transcribe')
    expect(sum(rows)).toBe(5)
    expect(rows.filter(({ cost_usd }) => cost_usd === null)).toHaveLength(2)
  })

  test('a transcription has the price of the model that made it', async () => {
    const rows = await recordsOf('configure', 'transcribe')
    const [transcribed] = rows.filter(({ audio_seconds }) => audio_seconds === 2.5)
    expect(transcribed).toMatchObject({ model: 'whisper-1', cost_usd: expect.closeTo(0.00025, 8) })
  })

  test('a running total of seconds is recorded once', async () => {
    const rows = await recordsOf('listen', 'listen on')
    expect(rows).toEqual([expect.objectContaining({ audio_seconds: 9, cost_usd: null })])
  })

  test('a response that did not end before the session is unpriced, not free', async () => {
    expect(await recordsOf('speak')).toEqual([expect.objectContaining({ cost_usd: null })])
  })

  test('a session in which nothing was made is free', async () => {
    expect(await recordsOf()).toEqual([expect.objectContaining({ cost_usd: 0 })])
  })
})
