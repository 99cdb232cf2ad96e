/** WebSockets with frames and handshakes of any form, cut anywhere, in both directions. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { createServer, type Server, type Socket } from 'node:net'
import { acceptOf } from '../../../src/http1/websocket-handshake.ts'
import { type Gateway, startGateway, UPSTREAM_SECRET } from '../../support/gateway.ts'
import { connectRaw, type RawClient } from '../../support/raw-client.ts'
import { waitFor } from '../../support/waiting.ts'
import { cutUp, type Random, seeded } from '../../support/wire/random.ts'

const ROUNDS = Number(process.env.WEBSOCKET_ROUNDS ?? 60)

/** An upstream below WebSocket: it keeps what it gets and sends what a test says. */
interface Upstream {
  socket: Socket
  received(): Buffer
}
const sessions: Upstream[] = []
let server: Server
let gateway: Gateway

beforeAll(async () => {
  server = createServer(accept).listen(0, '127.0.0.1')
  await waitFor('the upstream', () => server.listening)
  const { port } = server.address() as { port: number }
  gateway = await startGateway({
    upstreams: [{ name: 'rt', provider: 'openai', baseUrl: `http://127.0.0.1:${port}/v1` }],
  })
})
afterAll(async () => {
  await gateway.stop()
  server.close()
})

function accept(socket: Socket): void {
  let bytes = Buffer.alloc(0)
  let isOpen = false
  socket.on('error', () => {})
  socket.on('data', (more) => {
    bytes = Buffer.concat([bytes, Buffer.from(more)])
    const end = bytes.indexOf('\r\n\r\n')
    if (isOpen || end < 0) return
    const key = /^sec-websocket-key: (.+)$/im.exec(bytes.toString('latin1', 0, end))?.[1]?.trim()
    if (key === undefined)
      return void socket.end('HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n')
    isOpen = true
    bytes = bytes.subarray(end + 4)
    const lines = ['HTTP/1.1 101 Switching Protocols', 'upgrade: websocket', 'connection: Upgrade']
    socket.write(`${lines.join('\r\n')}\r\nsec-websocket-accept: ${acceptOf(key)}\r\n\r\n`)
    sessions.push({ socket, received: () => bytes })
  })
}

const HANDSHAKE: Readonly<Record<string, string>> = {
  host: 'gateway',
  connection: 'Upgrade',
  upgrade: 'websocket',
  'sec-websocket-version': '13',
  'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
}

function handshake(changes: Readonly<Record<string, string | null>> = {}): string {
  const headers = { ...HANDSHAKE, authorization: `Bearer ${gateway.proxyKey}`, ...changes }
  const lines = Object.entries(headers).flatMap(([name, value]) =>
    value === null ? [] : [`${name}: ${value}`],
  )
  return `GET /v1/realtime?model=gpt-realtime HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`
}

interface Session {
  client: RawClient
  upstream: Upstream
  /** What came after the handshake. */
  received(): Buffer
}

async function open(): Promise<Session> {
  const known = sessions.length
  const client = await connectRaw(gateway.port)
  client.write(handshake())
  const end = await waitFor('the 101', () => {
    const at = client.received().indexOf('\r\n\r\n')
    return at < 0 ? null : at + 4
  })
  expect(client.received().toString('latin1', 0, 12)).toBe('HTTP/1.1 101')
  const upstream = await waitFor('the upstream’s side', () => sessions[known])
  return { client, upstream, received: () => client.received().subarray(end) }
}

function frame(opcode: number, payload: Buffer, { masked = false, final = true } = {}): Buffer {
  const size = payload.length
  const long = size < 126 ? 0 : size < 65_536 ? 2 : 8
  const head = Buffer.alloc(2 + long)
  head[0] = (final ? 0x80 : 0) | opcode
  head[1] = (masked ? 0x80 : 0) | (long === 0 ? size : long === 2 ? 126 : 127)
  if (long === 2) head.writeUInt16BE(size, 2)
  if (long === 8) head.writeBigUInt64BE(BigInt(size), 2)
  if (!masked) return Buffer.concat([head, payload])
  const mask = Buffer.from([7, 77, 177, 27])
  return Buffer.concat([head, mask, payload.map((byte, at) => byte ^ (mask[at % 4] as number))])
}

/** Messages of all kinds: text in fragments with a ping between them, sound, and long ones. */
function talk(random: Random, masked: boolean): Buffer {
  const texts = ['{"type":"echo"}', '文'.repeat(100), 'x'.repeat(70_000), '']
  const frames = Array.from({ length: 1 + random.below(6) }, () => {
    const payload = Buffer.from(random.pick(texts))
    if (random.once(3)) return [frame(2, payload, { masked })]
    if (random.once(2)) return [frame(1, payload, { masked })]
    const half = payload.length >> 1
    return [
      frame(1, payload.subarray(0, half), { masked, final: false }),
      frame(9, Buffer.from('ping'), { masked }),
      frame(0, payload.subarray(half), { masked }),
    ]
  })
  return Buffer.concat(frames.flat())
}

/** One byte changed, removed or inserted. */
function spoilt(bytes: Buffer, random: Random): Buffer {
  const at = random.below(bytes.length)
  const [before, after] = [bytes.subarray(0, at), bytes.subarray(at + 1)]
  const other = Buffer.from([random.below(256)])
  if (random.once(3)) return Buffer.concat([before, after])
  if (random.once(2)) return Buffer.concat([before, other, bytes.subarray(at)])
  return Buffer.concat([before, other, after])
}

/** The gateway lives, and a session that was open before still talks. */
async function expectUnharmed({ client, upstream, received }: Session): Promise<void> {
  const [sent, got] = [received().length, upstream.received().length]
  const [there, back] = [
    frame(1, Buffer.from('there'), { masked: true }),
    frame(1, Buffer.from('back')),
  ]
  client.write(there)
  await waitFor('a message there', () => upstream.received().subarray(got).equals(there))
  upstream.socket.write(back)
  await waitFor('a message back', () => received().subarray(sent).equals(back))
}

describe('valid messages arrive as they were sent, however they are cut', () => {
  test('from the client', async () => {
    const random = seeded(1)
    for (let round = 0; round < ROUNDS; round++) {
      const { client, upstream } = await open()
      const bytes = talk(random, true)
      for (const piece of cutUp(bytes, 6, random)) client.write(piece)
      await waitFor('all bytes', () => upstream.received().length >= bytes.length)
      expect(upstream.received().equals(bytes)).toBe(true)
      client.reset()
    }
  })

  test('from the upstream', async () => {
    const random = seeded(2)
    for (let round = 0; round < ROUNDS; round++) {
      const { client, upstream, received } = await open()
      const bytes = talk(random, false)
      for (const piece of cutUp(bytes, 6, random)) upstream.socket.write(piece)
      await waitFor('all bytes', () => received().length >= bytes.length)
      expect(received().equals(bytes)).toBe(true)
      client.reset()
    }
  })
})

describe('a malformed frame ends at most its own session', () => {
  test('from the client: only what it sent is forwarded', async () => {
    const random = seeded(3)
    const other = await open()
    for (let round = 0; round < ROUNDS; round++) {
      const { client, upstream } = await open()
      const bytes = spoilt(talk(random, true), random)
      for (const piece of cutUp(bytes, 4, random)) client.write(piece)
      client.end()
      await waitFor(
        'the end at the upstream',
        () => upstream.socket.destroyed || upstream.socket.readableEnded,
      )
      const got = upstream.received()
      const same = Math.min(got.length, bytes.length)
      // A close frame of the gateway's own may follow, which can begin like one of the client's.
      const differs = got.subarray(0, same).findIndex((byte, at) => byte !== bytes[at])
      const ends = got.subarray(Math.max(0, differs - 1), differs + 1)
      expect(differs < 0 || ends.includes(0x88)).toBe(true)
    }
    await expectUnharmed(other)
  }, 60_000)

  test('from the upstream', async () => {
    const random = seeded(4)
    const other = await open()
    for (let round = 0; round < ROUNDS; round++) {
      const { client, upstream } = await open()
      const bytes = spoilt(talk(random, false), random)
      for (const piece of cutUp(bytes, 4, random)) upstream.socket.write(piece)
      upstream.socket.end()
      await client.closed(20_000)
    }
    await expectUnharmed(other)
  }, 60_000)

  test.each([
    [
      'its length is of no end',
      Buffer.from([0x82, 0xff, 0x7f, 255, 255, 255, 255, 255, 255, 255, 1, 2, 3, 4]),
      1009,
    ],
    ['it is not masked', frame(1, Buffer.from('x')), 1002],
    ['its opcode is unknown', frame(3, Buffer.from('x'), { masked: true }), 1002],
  ])('a frame of the client is refused with a close code if %s', async (_, bytes, code) => {
    const { client, received } = await open()
    client.write(bytes)
    await client.closed()
    expect(received().readUInt16BE(2)).toBe(code)
  })
})

test.each([
  ['no key', { 'sec-websocket-key': null }, 400],
  ['a short key', { 'sec-websocket-key': 'abc' }, 400],
  ['an old version', { 'sec-websocket-version': '8' }, 400],
  ['no wish to upgrade', { connection: 'keep-alive' }, 400],
  ['another protocol', { upgrade: 'h2c' }, 426],
  ['a wrong proxy key', { authorization: 'Bearer sk-proxy-wrong' }, 401],
])('a handshake with %s is an HTTP error, and reaches no upstream', async (_, changes, status) => {
  const before = sessions.length
  const client = await connectRaw(gateway.port)
  client.write(handshake(changes))
  expect((await client.reply()).status).toBe(status)
  expect(sessions.length).toBe(before)
  client.end()
})

test('a message with the upstream’s key never reaches the client, however it is cut', async () => {
  const random = seeded(5)
  const message = frame(1, Buffer.from(JSON.stringify({ type: 'error', key: UPSTREAM_SECRET })))
  for (let round = 0; round < ROUNDS / 2; round++) {
    const { client, upstream, received } = await open()
    const good = frame(1, Buffer.from('good'))
    upstream.socket.write(good)
    await waitFor('the good message', () => received().length === good.length)
    for (const piece of cutUp(message, 3, random)) upstream.socket.write(piece)
    await client.closed()
    expect(received().includes('sk-')).toBe(false)
    expect(received().subarray(0, good.length).equals(good)).toBe(true)
  }
})
