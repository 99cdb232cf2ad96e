/** The same hundreds of ambiguous requests, sent to the shipped nginx: none hides another from it or from the gateway. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { connect } from 'node:tls'
import { attacks } from '../chaos/clients/smuggling/cases.ts'
import { startRig } from '../chaos/rig.ts'
import { startNginx } from './nginx.ts'

const AT_ONCE = 40
/** nginx waits longer for the rest of a request than this test does. */
const PATIENCE_MS = 800

const rig = await startRig({
  models: { plain: 1 },
  env: { CLIENT_BODY_TIMEOUT_MS: '400', TRUSTED_PROXIES: '127.0.0.1' },
})
const nginx = await startNginx([rig.gateway.port])
afterAll(async () => {
  await nginx.stop()
  await rig.close()
}, 60_000)
const { gateway, mock } = rig
const bodyOf = (user: string) =>
  JSON.stringify({ model: 'plain', messages: [{ role: 'user', content: 'Hi' }], user })
const ATTACKS = attacks(gateway.proxyKey, bodyOf)
const answers: string[] = []

beforeAll(async () => {
  const waiting = [...ATTACKS]
  const work = async () => {
    for (let attack = waiting.shift(); attack !== undefined; attack = waiting.shift())
      answers.push(await sent(attack.bytes))
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
}, 60_000)

/** What came back, once the connection was closed or the patience over. */
function sent(bytes: string): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>()
  const parts: Buffer[] = []
  const socket = connect({ port: nginx.httpsPort, host: '127.0.0.1', rejectUnauthorized: false })
  const done = () => {
    clearTimeout(timer)
    socket.destroy()
    resolve(Buffer.concat(parts).toString('latin1'))
  }
  const timer = setTimeout(done, PATIENCE_MS)
  socket.once('secureConnect', () => socket.write(Buffer.from(bytes, 'latin1')))
  socket.on('data', (part: Buffer) => parts.push(part))
  socket.on('error', done)
  socket.on('close', done)
  return promise
}

test('there are more than three hundred of them, and most are answered', () => {
  expect(ATTACKS.length).toBeGreaterThanOrEqual(300)
  expect(answers).toHaveLength(ATTACKS.length)
  expect(answers.filter((answer) => answer.startsWith('HTTP/1.1 ')).length).toBeGreaterThan(
    ATTACKS.length / 2,
  )
})

/**
 * nginx lets a bare LF end a chunk, which the gateway alone refuses. What follows is then a second request for
 * nginx, logged and passed on as such, with a key of its own: nothing is hidden from anyone.
 */
const TWO_FOR_NGINX = ATTACKS.flatMap(({ name }, index) =>
  name === 'after a chunk: LF' ? [`smuggled-${index}`] : [],
)
const users = () => mock.ledger.map(({ body }) => (JSON.parse(body) as { user: string }).user)

test('no hidden request ever reached the upstream', () => {
  const hidden = users().filter((user) => !user.startsWith('case-'))
  expect(hidden.filter((user) => !TWO_FOR_NGINX.includes(user))).toEqual([])
  expect(mock.strayBytes()).not.toContain('smuggled')
})

test('the gateway saw no request that nginx did not see as one', async () => {
  const lines = (await Bun.file(nginx.accessLog).text()).split('\n')
  const passed = lines.filter((line) => /"status":(200|499),.*"instance":"127/.test(line))
  expect(mock.ledger.length).toBeGreaterThan(10)
  expect(mock.ledger.length).toBeLessThanOrEqual(passed.length)
})

test('requests reach the upstream complete and unchanged', () => {
  expect(new Set(users()).size).toBe(users().length)
  for (const [index, user] of users().entries()) expect(mock.ledger[index]?.body).toBe(bodyOf(user))
})
