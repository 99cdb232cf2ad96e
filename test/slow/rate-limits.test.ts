/** Rate limits through a real gateway: who is refused, with which headers, and which requests do not count. */
import { Database } from 'bun:sqlite'
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import OpenAI from 'openai-7'
import { type Rig, startRig } from '../chaos/rig.ts'
import { chatCompletion, jsonReply, sseReply } from '../support/mock/mock-replies.ts'
import { startRedis } from '../support/servers/redis-server.ts'
import { pause, waitFor } from '../support/waiting.ts'

const said = (content: string, more: object = {}) => ({
  model: 'm',
  messages: [{ role: 'user', content }],
  ...more,
})
/** Both clocks tell whole milliseconds. */
const ROUNDED_MS = 2
const good = () => jsonReply(200, chatCompletion('hi'))

let rig: Rig
beforeAll(async () => {
  rig = await startRig({
    models: { m: 1 },
    env: { RATE_LIMIT_KEY_RPM: '1000', RATE_LIMIT_KEY_TPM: '100000', TRUSTED_PROXIES: '127.0.0.1' },
  })
  rig.mock.script(good)
}, 60_000)
afterAll(() => rig.close(), 20_000)

interface NewKey {
  id: number
  key: string
}

async function newKey(of: Rig, limits: { rpm?: number; tpm?: number } = {}): Promise<NewKey> {
  const { stdout } = await of.gateway.cli(['key', 'create', 'default', '--json'])
  const { id, key } = JSON.parse(stdout) as { id: number; key: string }
  using database = new Database(join(of.gateway.dataDir, 'gpt-proxy.sqlite'))
  database.run('PRAGMA busy_timeout = 5000')
  database
    .query('UPDATE api_keys SET rpm = ?, tpm = ? WHERE id = ?')
    .run(limits.rpm ?? null, limits.tpm ?? null, id)
  await waitFor('the key and its limits', async () => {
    const { headers, status } = await ask(of, key, said('', { model: 'nobody-serves-this' }))
    const shown = headers.get('x-ratelimit-limit-requests')
    return status === 404 && shown === null && (await seesLimits(of, key, limits))
  })
  return { id, key }
}

/** A request that is refused as too large in tokens takes nothing, and shows the limits that hold. */
async function seesLimits(of: Rig, key: string, { rpm, tpm }: { rpm?: number; tpm?: number }) {
  if (rpm === undefined && tpm === undefined) return true
  const reply = await ask(of, key, said('a', { max_tokens: 2 ** 30 }))
  const shown = [
    reply.headers.get('x-ratelimit-limit-requests'),
    reply.headers.get('x-ratelimit-limit-tokens'),
  ]
  return (
    (rpm === undefined || shown[0] === `${rpm}`) && (tpm === undefined || shown[1] === `${tpm}`)
  )
}

function ask(of: Rig, key: string, body: object, headers: Record<string, string> = {}) {
  return fetch(`${of.gateway.baseUrl}/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
}

async function remaining(of: Rig, key: string, kind: 'requests' | 'tokens'): Promise<number> {
  const { headers } = await ask(of, key, said('', { max_tokens: 2 ** 30 }))
  return Number(headers.get(`x-ratelimit-remaining-${kind}`))
}

interface Answered {
  status: number
  startedMs: number
  atMs: number
}

/** Asked again and again around the moment that the refusal names. */
async function servedAtTheMomentTold(of: Rig): Promise<void> {
  const { key } = await newKey(of, { rpm: 1, tpm: 10_000 })
  expect((await ask(of, key, said('hi'))).status).toBe(200)
  const sentMs = performance.now()
  const refused = await ask(of, key, said('hi'))
  const heardMs = performance.now()
  expect(refused.status).toBe(429)
  const waitMs = Number(refused.headers.get('retry-after-ms'))
  expect(durationMs(refused.headers.get('x-ratelimit-reset-requests'))).toBe(waitMs)

  await pause(waitMs - 200)
  const answers: Answered[] = []
  while (answers.at(-1)?.status !== 200) {
    const startedMs = performance.now()
    const { status } = await ask(of, key, said('hi'))
    answers.push({ status, startedMs, atMs: performance.now() })
  }
  // What the test can't know is when between these two the gateway answered.
  const before = answers.filter(({ atMs }) => atMs < sentMs + waitMs)
  expect(before.length).toBeGreaterThan(0)
  expect(before.filter(({ status }) => status !== 429)).toEqual([])
  const after = answers.filter(({ startedMs }) => startedMs > heardMs + waitMs + ROUNDED_MS)
  expect(after.filter(({ status }) => status !== 200)).toEqual([])
}

/** As Go prints it. */
function durationMs(text: string | null): number {
  const [, minutes = 0, seconds = 0] = /^(?:(\d+)m)?([\d.]+)s$/.exec(text ?? '') ?? []
  return Math.round(Number(minutes) * 60_000 + Number(seconds) * 1000)
}

describe('a key that has had its requests', () => {
  test("gets the limit, the figures and the wait, in a form that OpenAI's client understands", async () => {
    const { key } = await newKey(rig, { rpm: 3 })
    for (let at = 0; at < 3; at++) expect((await ask(rig, key, said('hi'))).status).toBe(200)
    const refused = await ask(rig, key, said('hi'))
    expect(refused.status).toBe(429)
    const { error } = (await refused.json()) as { error: { code: string; message: string } }
    expect(error.code).toBe('rate_limit_exceeded')
    expect(error.message).toMatch(
      /^gateway: this proxy key may use 3 requests a minute \(RPM\); 3 are used and this request asks for 1 more\. Come back in \d+(\.\d+)? s\.$/,
    )
    const waitMs = Number(refused.headers.get('retry-after-ms'))
    expect(error.message).toContain(`${waitMs / 1000} s`)
    expect(Number(refused.headers.get('retry-after'))).toBe(Math.ceil(waitMs / 1000))
    expect(refused.headers.get('x-ratelimit-limit-requests')).toBe('3')
    expect(refused.headers.get('x-ratelimit-remaining-requests')).toBe('0')
    expect(waitMs).toBeGreaterThan(50_000)
    expect(waitMs).toBeLessThanOrEqual(61_000)

    const client = new OpenAI({ apiKey: key, baseURL: rig.gateway.baseUrl, maxRetries: 0 })
    const thrown = await client.chat.completions
      .create({ model: 'm', messages: [{ role: 'user', content: 'hi' }] })
      .then(
        () => null,
        (failure: unknown) => failure,
      )
    expect(thrown).toBeInstanceOf(OpenAI.RateLimitError)
  })

  test('is served again exactly after the announced wait, with memory and Redis', async () => {
    const redis = await startRedis()
    const shared = await startRig({ models: { m: 1 }, env: { REDIS_URL: redis.url } })
    shared.mock.script(good)
    await Promise.all([rig, shared].map(servedAtTheMomentTold))
    await shared.close()
    await redis.close()
  }, 100_000)

  test('uses a number changed by SQL within a second', async () => {
    const { id, key } = await newKey(rig, { rpm: 1 })
    expect((await ask(rig, key, said('hi'))).status).toBe(200)
    expect((await ask(rig, key, said('hi'))).status).toBe(429)
    using database = new Database(join(rig.gateway.dataDir, 'gpt-proxy.sqlite'))
    database.run('PRAGMA busy_timeout = 5000')
    database.run(`UPDATE api_keys SET rpm = 50 WHERE id = ${id}`)
    const startedMs = performance.now()
    await waitFor('the new limit', async () => (await ask(rig, key, said('hi'))).status === 200)
    expect(performance.now() - startedMs).toBeLessThan(1_500)
  })
})

describe('tokens', () => {
  test("are reserved by estimate and corrected by the upstream's count, with and without streaming", async () => {
    const { key } = await newKey(rig, { tpm: 1_000 })
    for (const stream of [false, true]) {
      const before = await remaining(rig, key, 'tokens')
      const usage = { prompt_tokens: 20, completion_tokens: 30, total_tokens: 50 }
      rig.mock.script(() =>
        stream
          ? sseReply([
              JSON.stringify({
                choices: [{ index: 0, delta: { content: 'x' }, finish_reason: 'stop' }],
              }),
              JSON.stringify({ choices: [], usage }),
            ])
          : jsonReply(200, { ...chatCompletion('hi'), usage }),
      )
      const reply = await ask(rig, key, said('abcd', { max_tokens: 300, stream }))
      expect(before - Number(reply.headers.get('x-ratelimit-remaining-tokens'))).toBe(302)
      await reply.arrayBuffer()
      await waitFor(
        'the correction',
        async () => before - (await remaining(rig, key, 'tokens')) === 50,
      )
    }
    rig.mock.script(good)
  })

  test('are released if the upstream failed', async () => {
    const { key } = await newKey(rig, { tpm: 1_000 })
    rig.mock.script(() => jsonReply(400, { error: { message: 'no', code: 'bad' } }))
    const before = await remaining(rig, key, 'tokens')
    expect((await ask(rig, key, said('abcd', { max_tokens: 500 }))).status).toBe(400)
    expect(await remaining(rig, key, 'tokens')).toBe(before)
    rig.mock.script(good)
  })

  test('of a request larger than the whole limit are refused without a retry time', async () => {
    const { key } = await newKey(rig, { tpm: 100 })
    const refused = await ask(rig, key, said('abcd', { max_tokens: 500 }))
    expect(refused.status).toBe(429)
    expect(refused.headers.get('x-should-retry')).toBe('false')
    expect(refused.headers.get('retry-after')).toBeNull()
  })
})

test('a request that is refused for another reason costs nothing', async () => {
  const { key } = await newKey(rig, { rpm: 50, tpm: 1_000 })
  const before = await remaining(rig, key, 'requests')
  const statuses = [
    (await ask(rig, key, { model: 'm' })).status,
    (await ask(rig, key, said('hi', { stream: 'yes' }))).status,
    (await ask(rig, key, said('hi', { model: 'nobody-serves-this' }))).status,
    (await ask(rig, `${key}x`, said('hi'))).status,
    (await ask(rig, key, said('hi'), { 'content-encoding': 'gzip' })).status,
  ]
  expect(statuses.slice(1)).toEqual([400, 404, 401, 415])
  const after = await remaining(rig, key, 'requests')
  expect(before - after).toBeLessThanOrEqual(statuses[0] === 200 ? 1 : 0)
})

describe('addresses', () => {
  let own: Rig
  const env = { RATE_LIMIT_IP_RPM: '3' }
  const from = (address: string) => ({ 'x-forwarded-for': address })

  async function times(
    of: Rig,
    headers: (at: number) => Record<string, string>,
  ): Promise<number[]> {
    const statuses: number[] = []
    for (let at = 0; at < 5; at++)
      statuses.push((await ask(of, of.gateway.proxyKey, said('hi'), headers(at))).status)
    return statuses
  }

  test('that clients make up are not believed without a trusted proxy', async () => {
    own = await startRig({ models: { m: 1 }, env })
    own.mock.script(good)
    expect(await times(own, (at) => from(`198.51.100.${at}`))).toEqual([200, 200, 200, 429, 429])
    await own.close()
  }, 60_000)

  test("of a trusted proxy are the rightmost address that it didn't add itself", async () => {
    own = await startRig({ models: { m: 1 }, env: { ...env, TRUSTED_PROXIES: '127.0.0.0/8' } })
    own.mock.script(good)
    expect(await times(own, (at) => from(`10.0.0.${at}, 198.51.100.1`))).toEqual([
      200, 200, 200, 429, 429,
    ])
    expect(await times(own, () => from('198.51.100.2'))).toEqual([200, 200, 200, 429, 429])
    expect(await times(own, (at) => from(`2001:db8:1:2::${at}`))).toEqual([200, 200, 200, 429, 429])
    expect((await ask(own, own.gateway.proxyKey, said('hi'), from('2001:db8:1:3::1'))).status).toBe(
      200,
    )
    await own.close()
  }, 60_000)
})

test('RATE_LIMIT_ENABLED=false turns all of them off, also those of a key', async () => {
  const own = await startRig({
    models: { m: 1 },
    env: { RATE_LIMIT_ENABLED: 'false', RATE_LIMIT_KEY_RPM: '1', RATE_LIMIT_IP_RPM: '1' },
  })
  own.mock.script(good)
  for (let at = 0; at < 4; at++) {
    const reply = await ask(own, own.gateway.proxyKey, said('hi'))
    expect([reply.status, reply.headers.get('x-ratelimit-limit-requests')]).toEqual([200, null])
  }
  await own.close()
}, 60_000)
