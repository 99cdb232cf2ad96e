/** Clients that send their requests drop by drop: they are ended in time and their place is free again. */
import { afterAll, expect, test } from 'bun:test'
import { connectRaw, postText, type RawClient } from '../../support/raw-client.ts'
import { waitFor } from '../../support/waiting.ts'
import { ask, QUESTION } from '../asking.ts'
import { startRig } from '../rig.ts'

const BODY_LIMIT_MS = 1_000
/** Ten seconds for headers, thirty for a connection without any. */
const IDLE_LIMIT_MS = 33_000
const rig = await startRig({
  models: { plain: 1 },
  env: { CLIENT_BODY_TIMEOUT_MS: String(BODY_LIMIT_MS) },
})
afterAll(() => rig.close(), 20_000)
const { gateway, mock } = rig
const BODY = JSON.stringify({ model: 'plain', messages: QUESTION })
const [HEAD = ''] = postText(gateway.proxyKey, BODY).split('\r\n\r\n')

/** Sends one byte after the other until the client is closed. */
function drip(client: RawClient, bytes: string, everyMs: number): void {
  let at = 0
  const timer = setInterval(() => {
    if (client.isClosed()) clearInterval(timer)
    else client.write(bytes.charAt(at++ % bytes.length))
  }, everyMs)
}

test.each(['silence', 'drops'])(
  'a body that does not arrive in time is ended with 408 (%s)',
  async (manner) => {
    const client = await connectRaw(gateway.port)
    const startedMs = performance.now()
    client.write(`${HEAD.replace(/content-length: \d+/, 'content-length: 100000')}\r\n\r\n{`)
    if (manner === 'drops') drip(client, ' ', 50)
    const reply = await client.reply(0, BODY_LIMIT_MS + 2_000)
    expect(reply.status).toBe(408)
    expect(JSON.parse(reply.body.toString())).toMatchObject({ error: { code: 'request_timeout' } })
    expect(performance.now() - startedMs).toBeGreaterThanOrEqual(BODY_LIMIT_MS - 50)
    await client.closed()
  },
)

test('hundreds of slow bodies do not keep others from being served', async () => {
  const slow = await Promise.all(Array.from({ length: 300 }, () => connectRaw(gateway.port)))
  for (const client of slow) client.write(`${HEAD}\r\n\r\n{`)
  const startedMs = performance.now()
  expect((await ask(gateway, 'plain')).status).toBe(200)
  expect(performance.now() - startedMs).toBeLessThan(1_000)
  await Promise.all(slow.map((client) => client.closed(BODY_LIMIT_MS + 4_000)))
  expect(slow.map((client) => client.replies()[0]?.status)).toEqual(Array(300).fill(408))
}, 60_000)

test(
  'headers that never end are ended with 408, and an idle connection is closed',
  async () => {
    const silent = await connectRaw(gateway.port)
    const dripping = await connectRaw(gateway.port)
    const idle = await connectRaw(gateway.port)
    silent.write(`${HEAD}\r\nx-more: `)
    dripping.write(`${HEAD}\r\nx-more: `)
    drip(dripping, 'a', 500)
    for (const slow of [silent, dripping]) {
      const reply = await slow.reply(0, 12_000)
      expect(reply.status).toBe(408)
      expect(reply.body.toString()).toContain('request_timeout')
      await slow.closed()
    }
    expect(idle.isClosed()).toBe(false)
    await idle.closed(IDLE_LIMIT_MS)
    expect(idle.received()).toHaveLength(0)
    expect((await ask(gateway, 'plain')).status).toBe(200)
  },
  IDLE_LIMIT_MS + 5_000,
)

test('none of them ever reached the upstream', async () => {
  const asked = mock.ledger.length
  await waitFor('the requests that were served', () =>
    mock.ledger.every(({ outcome }) => outcome === 'served'),
  )
  expect(asked).toBeLessThanOrEqual(2)
  expect(mock.strayBytes()).toBe('')
})
