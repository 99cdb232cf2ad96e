/** Quotas through the real gateway: never overspent, never leaked, and changed by hand while it runs. */
import { afterAll, describe, expect, test } from 'bun:test'
import { httpChunk, sseHead } from '../support/mock/mock-replies.ts'
import { chatChunks, chatCompletion, jsonReply } from '../support/mock/mock-upstream.ts'
import { postText, sendRaw } from '../support/raw-client.ts'
import { waitFor } from '../support/waiting.ts'
import { ask, QUESTION } from './asking.ts'
import { startRig } from './rig.ts'

const rig = await startRig({ models: { q: 1 } })
byHand("UPDATE users SET monthly_quota_tokens = 100000 WHERE username <> 'admin'")
await waitFor(
  'the quota to be known',
  async () => (await ask(rig.gateway, 'q', { body: { max_tokens: 1_000_000 } })).status === 429,
)
afterAll(() => rig.close(), 20_000)

/** The mock answers with this much use. */
function uses(totalTokens: number): void {
  const usage = { prompt_tokens: 5, completion_tokens: totalTokens - 5, total_tokens: totalTokens }
  rig.mock.script(() => jsonReply(200, { ...chatCompletion('hello'), usage }))
}

function byHand(sql: string): void {
  using database = rig.gateway.database()
  database.run(sql)
}

function look(sql: string): Record<string, number> {
  using database = rig.gateway.database()
  return database.query<Record<string, number>, []>(sql).get() ?? {}
}

const usedOf = () =>
  look('SELECT coalesce(sum(total_tokens), 0) AS n FROM usage_monthly WHERE user_id = 2').n ?? 0
const recordedOf = () =>
  look('SELECT coalesce(sum(total_tokens), 0) AS n FROM usage_records WHERE user_id = 2').n ?? 0
const leasedOf = () =>
  look('SELECT coalesce(sum(tokens), 0) AS n FROM quota_leases WHERE user_id = 2').n ?? 0

const hasThreads = Number(process.env.THREADS ?? 1) > 1
const LEASED_ELSEWHERE = / \(\d+ on lease to other instances or threads\)/

/** One thread leases all that is left; each of several leases a part of it, and returns what others call for. */
function expectLeased(left: number): void {
  if (hasThreads) expect(leasedOf()).toBeLessThanOrEqual(left)
  else expect(leasedOf()).toBe(left)
}

/** A quota of this much more than what is used, known to the running gateway. */
async function leaves(tokens: number): Promise<void> {
  await stored()
  byHand(`UPDATE users SET monthly_quota_tokens = ${usedOf() + tokens} WHERE id = 2`)
  await remaining(tokens)
}

/** Once all that ended is in the sums. */
async function stored(): Promise<void> {
  await waitFor('all requests to be stored', () => {
    const records = look('SELECT count(*) AS n FROM usage_records').n ?? 0
    return records >= rig.mock.ledger.length && usedOf() === recordedOf()
  })
}

/** A request that can never pass says what is left. */
async function remaining(wanted: number): Promise<void> {
  await waitFor(
    `${wanted} tokens to be left`,
    async () => {
      const { status, headers } = await ask(rig.gateway, 'q', { body: { max_tokens: 1_000_000 } })
      expect(status).toBe(429)
      return Number(headers.get('x-gpt-proxy-quota-remaining')) === wanted
    },
    2_000,
  )
}

test('500 concurrent requests on a nearly spent quota, repeatedly: no overspending, no leaked reservations', async () => {
  for (let round = 0; round < 4; round++) {
    uses(100)
    await leaves(10_000)
    const before = usedOf()
    const body = JSON.stringify({ model: 'q', messages: QUESTION, max_tokens: 100 })
    const statuses = await Promise.all(
      Array.from({ length: 500 }, async () => {
        const reply = await rig.gateway.chat({}, { body })
        await reply.arrayBuffer()
        return reply.status
      }),
    )
    await stored()
    const passed = statuses.filter((status) => status === 200).length
    expect(statuses.filter((status) => status !== 200 && status !== 429)).toEqual([])
    expect(usedOf() - before).toBe(passed * 100)
    expect(usedOf() - before).toBeLessThanOrEqual(10_000)
    expect(passed).toBeGreaterThan(80)
    await remaining(10_000 - passed * 100)
    expectLeased(10_000 - passed * 100)
  }
}, 60_000)

describe('a refusal', () => {
  test('reports what is used, reserved, requested and left, and when the request will fit', async () => {
    await leaves(50)
    const { status, headers, error } = await ask(rig.gateway, 'q', { body: { max_tokens: 90 } })
    expect(status).toBe(429)
    expect(headers.get('x-should-retry')).toBe('false')
    expect(error()).toMatchObject({ code: 'insufficient_quota', type: 'insufficient_quota' })
    // One thread has all that is left on its own lease.
    const message = hasThreads ? error().message.replace(LEASED_ELSEWHERE, '') : error().message
    expect(message).toMatch(
      /^gateway: .* \d+ tokens a month, \d+ used, 0 reserved by requests in flight, 50 left; this request asks for 9\d .* on \d{4}-\d\d-01 \(UTC\)/,
    )
  })

  test('leaves no record and calls no upstream', async () => {
    await leaves(50)
    const [asked, recorded] = [rig.mock.ledger.length, recordedOf()]
    expect((await ask(rig.gateway, 'q', { body: { max_tokens: 90 } })).status).toBe(429)
    expect([rig.mock.ledger.length, recordedOf()]).toEqual([asked, recorded])
  })
})

describe('changed by plain SQL on a running gateway', () => {
  test('raising a quota allows requests, and lowering it refuses them', async () => {
    uses(20)
    await leaves(10)
    expect((await ask(rig.gateway, 'q', { body: { max_tokens: 90 } })).status).toBe(429)
    await leaves(1_000)
    const passed = await ask(rig.gateway, 'q', { body: { max_tokens: 90 } })
    expect(passed.status).toBe(200)
    expect(Number(passed.headers.get('x-gpt-proxy-quota-remaining'))).toBeLessThan(1_000)
    await leaves(0)
    expect((await ask(rig.gateway, 'q', { body: { max_tokens: 1 } })).status).toBe(429)
  })

  test('a deleted month starts again at zero', async () => {
    uses(20)
    await leaves(1)
    const quota = usedOf() + 1
    byHand('DELETE FROM usage_monthly WHERE user_id = 2')
    await remaining(quota)
    const { exitCode } = await rig.gateway.cli(['quota', 'reconcile'])
    expect(exitCode).toBe(1)
    expect((await rig.gateway.cli(['quota', 'reconcile', '--repair'])).exitCode).toBe(0)
    expect((await rig.gateway.cli(['quota', 'reconcile'])).exitCode).toBe(0)
    await remaining(1)
  }, 60_000)

  test('a deleted lease grants no free tokens', async () => {
    await leaves(500)
    byHand('DELETE FROM quota_leases')
    await waitFor('the lease to be there again', () => leasedOf() > 0)
    await remaining(500)
    expectLeased(500)
  })
})

describe('the reservation is replaced by the actual usage', () => {
  const body = { max_tokens: 300 }

  test('if the upstream fails, the whole reservation is released', async () => {
    await leaves(1_000)
    rig.mock.script(() => jsonReply(400, { error: { message: 'no', code: 'bad' } }))
    expect((await ask(rig.gateway, 'q', { body })).status).toBe(400)
    await remaining(1_000)
  })

  test('a broken stream is charged for what was read and written', async () => {
    await leaves(1_000)
    const events = chatChunks('one two three').slice(0, 2)
    rig.mock.script(() => [
      { write: sseHead() },
      ...events.map((event) => ({ write: httpChunk(`data: ${event}\n\n`) })),
      'rst',
    ])
    const cut = await ask(rig.gateway, 'q', { stream: true, body })
    const { total_tokens } = await cut.row()
    expect(total_tokens).toBeGreaterThan(0)
    await remaining(1_000 - total_tokens)
  })

  test('if the client leaves before the response, the whole reservation is released', async () => {
    await leaves(1_000)
    rig.mock.script(() => ['stall'])
    const from = rig.mock.ledger.length
    const text = JSON.stringify({ model: 'q', messages: QUESTION, ...body })
    const client = await sendRaw(rig.gateway.port, postText(rig.gateway.proxyKey, text))
    await rig.mock.exchangeArrived(from)
    client.reset()
    await remaining(1_000)
  })
})

test('the commands set a quota and reset the month on the running gateway', async () => {
  uses(20)
  const json = async (...args: string[]) => {
    const { stdout, stderr } = await rig.gateway.cli(['quota', ...args, '--json'])
    if (stdout === '') throw new Error(stderr)
    return JSON.parse(stdout) as Record<string, unknown>[]
  }
  await stored()
  expect(await json('set', '2', String(usedOf() + 70))).toMatchObject([{ left_tokens: 70 }])
  await remaining(70)
  const [shown] = await json('show', '2')
  expect(shown).toMatchObject({ quota_from: 'user', leased_tokens: 70, used_tokens: usedOf() })
  expect(await json('reset', '2')).toMatchObject([{ used_tokens: 0 }])
  expect(await json('set', '2', 'none')).toMatchObject([{ quota_tokens: null, left_tokens: null }])
  await waitFor('no quota to be left', async () => {
    const { status, headers } = await ask(rig.gateway, 'q', { body: { max_tokens: 1_000_000 } })
    return status === 200 && headers.get('x-gpt-proxy-quota-remaining') === null
  })
}, 60_000)

test('a stop leaves no lease', async () => {
  byHand('UPDATE users SET monthly_quota_tokens = 1000000000 WHERE id = 2')
  await waitFor('a lease', async () => {
    await ask(rig.gateway, 'q')
    return leasedOf() > 0
  })
  rig.gateway.signal('SIGTERM')
  await waitFor('no lease', () => leasedOf() === 0)
})
