/** How far a failure reaches: one request, one model at one key, a key, a host; and that a standby hides it. */
import { afterAll, describe, expect, test } from 'bun:test'
import {
  chatChunks,
  chatCompletion,
  type Exchange,
  jsonReply,
  type Script,
  type Step,
  sseReply,
} from '../../support/mock/mock-upstream.ts'
import { closedPort } from '../../support/servers/raw-server.ts'
import { waitFor } from '../../support/waiting.ts'
import { ask, BOTH } from '../asking.ts'
import { modelState, secretOf, since, startRig, upstreamState } from '../rig.ts'

const deadHost = `http://127.0.0.1:${await closedPort()}/v1`
const keyOf = (name: string, baseUrl: string, models?: string[]) => ({
  name,
  key: secretOf(name),
  baseUrl,
  provider: 'compatible' as const,
  ...(models && { models }),
})
const rig = await startRig({
  models: { flagged: 3, costly: 3, scopes: 2, dead: 12, alone: 1, empty: 2 },
  env: {
    CIRCUIT_BREAKER_THRESHOLD: '5',
    CIRCUIT_BREAKER_COOLDOWN_SECONDS: '1',
    UPSTREAM_STANDBY_FIRST_BYTE_TIMEOUT_MS: '300',
  },
  upstreams: (mock) => [
    keyOf('primary', `${mock.url}/primary`, ['half', 'big', 'small', 'slow']),
    keyOf('standby', `${mock.url}/standby`, ['half', 'big', 'small', 'slow']),
    ...[1, 2, 3].map((number) => keyOf(`down-${number}`, deadHost, ['far'])),
    keyOf('up', `${mock.url}/up`, ['far']),
  ],
})
afterAll(() => rig.close(), 20_000)
const { gateway, mock } = rig

const error = (status: number, more: object = {}) =>
  jsonReply(status, { error: { message: 'flagged for violence', ...more } })
const good = (stream: boolean) =>
  stream ? sseReply(chatChunks('hello')) : jsonReply(200, chatCompletion('hello'))
const isFor = ({ path, headers }: Exchange, name: string) =>
  path.includes(`/${name}/`) || headers.authorization === `Bearer ${secretOf(name)}`
const bodyOf = ({ body }: Exchange) => JSON.parse(body) as { model: string; stream?: boolean }
const answering: Script = (exchange) =>
  exchange.path.endsWith('/models') ? error(404) : good(bodyOf(exchange).stream === true)

/** Answers everybody; `failing` decides about the exchanges that fail instead. */
function failingIf(failing: (exchange: Exchange) => Step[] | null): void {
  mock.script((exchange) => failing(exchange) ?? answering(exchange))
}

async function allSucceed(requests: number, model: string, stream: boolean): Promise<void> {
  const answers = await Promise.all(
    Array.from({ length: requests }, () => ask(gateway, model, { stream })),
  )
  expect(answers.filter(({ status }) => status !== 200)).toHaveLength(0)
}

describe('a refusal of one request', () => {
  test.each([
    ['flagged', 403, { code: 403 }],
    ['costly', 402, { code: 402 }],
    ['scopes', 401, { code: null, type: 'invalid_request_error' }],
  ])(
    'reaches the client with its reason, and disables no key for others (%s)',
    async (model, status, more) => {
      failingIf((exchange) => (exchange.body.includes('refuse me') ? error(status, more) : null))
      const question = [{ role: 'user', content: 'refuse me' }]
      for (let request = 0; request < 5; request++) {
        const refused = await ask(gateway, model, { body: { messages: question } })
        expect(refused.status).toBe(status === 401 ? 502 : status)
        expect(refused.error().message).toContain('flagged for violence')
        expect(refused.attempts).toBe(2)
      }
      await allSucceed(20, model, false)
      for (const number of [1, 2]) {
        const row = await upstreamState(rig, `${model}-${number}`, () => true)
        expect(row.status).toBe('healthy')
      }
    },
  )

  test("a firewall's page says nothing about the key", async () => {
    const page = '<html>Attention Required!</html>'
    failingIf(() => [
      { write: `HTTP/1.1 403 Forbidden\r\ncontent-length: ${page.length}\r\n\r\n${page}` },
    ])
    for (let request = 0; request < 6; request++)
      expect((await ask(gateway, 'alone')).status).toBe(403)
    failingIf(() => null)
    expect((await ask(gateway, 'alone')).status).toBe(200)
  })
})

describe.each(BOTH)('with a healthy standby no request fails (%s)', (_, stream) => {
  test('while the primary fails half of its requests', async () => {
    let turn = 0
    failingIf((exchange) => (isFor(exchange, 'primary') && turn++ % 2 === 0 ? error(500) : null))
    for (let round = 0; round < 10; round++) await allSucceed(10, 'half', stream)
  })

  test('while the primary fails one of its models, and its other model stays', async () => {
    failingIf((exchange) =>
      isFor(exchange, 'primary') && bodyOf(exchange).model === 'big' ? error(502) : null,
    )
    for (let round = 0; round < 5; round++) await allSucceed(10, 'big', stream)
    expect((await modelState(rig, 'primary', 'big')).status).toBe('cooldown')
    const from = mock.ledger.length
    await allSucceed(30, 'small', stream)
    expect(since(mock, from).filter((exchange) => isFor(exchange, 'primary'))).not.toHaveLength(0)
  })
})

test('eleven of twelve keys are dead: the first request is answered, and each key is marked soon', async () => {
  failingIf((exchange) =>
    isFor(exchange, 'dead-12') ? null : error(401, { code: 'invalid_api_key' }),
  )
  await allSucceed(6, 'dead', true)
  await waitFor('all dead keys to be marked', async () => {
    await allSucceed(1, 'dead', false)
    const dead = await Promise.all(
      Array.from({ length: 11 }, (_, at) => upstreamState(rig, `dead-${at + 1}`, () => true)),
    )
    return dead.every(({ status }) => status === 'invalid')
  })
  const from = mock.ledger.length
  await allSucceed(20, 'dead', false)
  expect(since(mock, from)).toHaveLength(20)
})

test('an account without money that is reported as a bad request fails no request, and is avoided', async () => {
  const message = 'Your credit balance is too low to access the Anthropic API.'
  failingIf((exchange) =>
    isFor(exchange, 'empty-1') ? error(400, { message, type: 'invalid_request_error' }) : null,
  )
  await allSucceed(20, 'empty', false)
  await allSucceed(10, 'empty', true)
  expect((await upstreamState(rig, 'empty-1', () => true)).status).toBe('healthy')
  expect((await modelState(rig, 'empty-1', 'empty')).status).toBe('degraded')
})

test('one host is down: its keys are not tried one after the other', async () => {
  failingIf(() => null)
  for (let request = 0; request < 10; request++) {
    const answer = await ask(gateway, 'far')
    expect(answer.status).toBe(200)
    expect(answer.attempts).toBeLessThanOrEqual(2)
  }
})

test('a stream that another target could serve is not waited for as long as the last one', async () => {
  failingIf((exchange) => (isFor(exchange, 'primary') ? ['stall'] : null))
  const startedMs = performance.now()
  for (let request = 0; request < 4; request++)
    expect((await ask(gateway, 'slow', { stream: true })).status).toBe(200)
  expect(performance.now() - startedMs).toBeLessThan(4_000)
})

test('a host that works again gets its traffic back without a client', async () => {
  let down = true
  failingIf((exchange) => (down && isFor(exchange, 'alone-1') ? error(503) : null))
  for (let request = 0; request < 3; request++) await ask(gateway, 'alone')
  expect((await modelState(rig, 'alone-1', 'alone')).status).toBe('cooldown')
  down = false
  await waitFor('the breaker to close', () => {
    const database = gateway.database()
    try {
      return (
        database.query("SELECT 1 FROM upstream_model_states WHERE model = 'alone'").get() === null
      )
    } finally {
      database.close()
    }
  })
  expect((await ask(gateway, 'alone')).status).toBe(200)
}, 60_000)
