/** Keys that are over their limit or out of money: unused for as long as they say, within reason. */
import { afterAll, describe, expect, test } from 'bun:test'
import {
  chatChunks,
  chatCompletion,
  jsonReply,
  sseReply,
} from '../../../support/mock/mock-upstream.ts'
import { ask, BOTH } from '../../asking.ts'
import { inTurn, modelState, since, startRig, upstreamState } from '../../rig.ts'

const inEightSeconds = () => new Date(Math.ceil(Date.now() / 1000) * 1000 + 8_000).toUTCString()
const HOUR_S = 3_600

/** Header sent with the 429; the least and the most seconds of the wait that the client gets. */
const WAITS = [
  ['seconds', () => ({ 'retry-after': '7' }), 6, 7],
  ['date', () => ({ 'retry-after': inEightSeconds() }), 6, 9],
  ['milliseconds', () => ({ 'retry-after-ms': '6500' }), 6, 7],
  ['absurd', () => ({ 'retry-after': '99999999999' }), 60, HOUR_S],
  ['negative', () => ({ 'retry-after': '-5' }), 1, 60],
  ['garbage', () => ({ 'retry-after': 'soon' }), 1, 60],
  ['missing', () => ({}), 1, 60],
] as const

const SPENT = [
  ['402', 402, 'payment_required'],
  ['429', 429, 'insufficient_quota'],
] as const

const pairs = Object.fromEntries(
  WAITS.flatMap(([name]) => BOTH.map(([form]) => [`${name}-${form}`, 2])),
)
const spentPairs = Object.fromEntries(
  SPENT.flatMap(([name]) => BOTH.map(([form]) => [`spent-${name}-${form}`, 2])),
)
const rig = await startRig({
  models: { ...pairs, ...spentPairs, soonest: 2, shortly: 1, broke: 1 },
})
afterAll(() => rig.close(), 20_000)
const { gateway, mock } = rig
const good = (stream: boolean) =>
  stream ? sseReply(chatChunks('hello')) : jsonReply(200, chatCompletion('hello'))

function limited(headers: Record<string, string>) {
  const error = {
    message: 'CANARY-INSIDE credit balance',
    type: 'requests',
    code: 'rate_limit_exceeded',
  }
  return jsonReply(429, { error }, headers)
}

describe.each(WAITS)('429 with retry-after in the form: %s', (name, header, leastS, mostS) => {
  test.each(BOTH)(
    'another key answers, then all cool down, and nothing is sent (%s)',
    async (form, stream) => {
      const model = `${name}-${form}`
      const from = mock.ledger.length
      mock.script(inTurn(limited(header()), good(stream)))
      expect(await ask(gateway, model, { stream })).toMatchObject({ status: 200, attempts: 2 })

      mock.script(() => limited(header()))
      const refused = await ask(gateway, model, { stream })
      expect([429, 503]).toContain(refused.status)
      expect(refused.text).not.toContain('CANARY-INSIDE')
      expectWait(refused.headers, leastS, mostS)

      const sent = mock.ledger.length
      const cooling = await ask(gateway, model, { stream })
      expect(cooling.status).toBe(503)
      expect(cooling.error()).toMatchObject({ code: 'no_available_upstream' })
      expect(cooling.error().message).toStartWith('gateway: ')
      expectWait(cooling.headers, 1, mostS)
      expect(since(mock, sent)).toHaveLength(0)
      expect(since(mock, from)).toHaveLength(3)
      for (const number of [1, 2]) {
        const state = await modelState(rig, `${model}-${number}`, model)
        expect(state.status).toBe('limited')
        expect(state.failure_count).toBe(0)
      }
    },
  )
})

function expectWait(headers: Headers, leastS: number, mostS: number): void {
  const seconds = Number(headers.get('retry-after'))
  expect(Number.isInteger(seconds)).toBe(true)
  expect(seconds).toBeGreaterThanOrEqual(leastS)
  expect(seconds).toBeLessThanOrEqual(mostS)
  expect(Math.ceil(Number(headers.get('retry-after-ms')) / 1000)).toBe(seconds)
}

test('if all keys are rate limited, the client gets the shortest wait', async () => {
  mock.script(inTurn(limited({ 'retry-after': '40' }), limited({ 'retry-after': '20' })))
  const answer = await ask(gateway, 'soonest')
  expect(answer.status).toBe(429)
  expect(answer.error().code).toBe('rate_limit_exceeded')
  expectWait(answer.headers, 19, 20)
  expect((await answer.row()).attempts).toBe(2)
})

test('the only key is waited for if it asks for a short wait', async () => {
  mock.script(inTurn(limited({ 'retry-after-ms': '400' }), good(false)))
  const startedMs = performance.now()
  expect(await ask(gateway, 'shortly')).toMatchObject({ status: 200, attempts: 2 })
  expect(performance.now() - startedMs).toBeGreaterThanOrEqual(390)
})

describe.each(SPENT)('an account without money, as %s', (name, status, code) => {
  test.each(BOTH)('another key answers and keeps answering (%s)', async (form, stream) => {
    const model = `spent-${name}-${form}`
    const error = { message: 'You exceeded your quota', type: code, code }
    const from = mock.ledger.length
    mock.script(inTurn(jsonReply(status, { error }), good(stream)))
    expect(await ask(gateway, model, { stream })).toMatchObject({ status: 200, attempts: 2 })
    const spentKey = since(mock, from)[0]?.headers.authorization ?? ''
    for (let further = 0; further < 5; further++) {
      expect(await ask(gateway, model, { stream })).toMatchObject({ status: 200, attempts: 1 })
    }
    expect(
      since(mock, from).filter(({ headers }) => headers.authorization === spentKey),
    ).toHaveLength(1)

    const number = spentKey.includes(`${model}-1`) ? 1 : 2
    const state = await upstreamState(rig, `${model}-${number}`, (row) => row.status === 'cooldown')
    expect(Date.parse(state.cooldown_until ?? '') - Date.now()).toBeGreaterThan(1_000 * 60 * 30)
    expect(state.failure_count).toBe(0)
  })
})

test("an exhausted only account is not reported as the client's own 429", async () => {
  mock.script(() =>
    jsonReply(429, { error: { message: 'CANARY-INSIDE', code: 'insufficient_quota' } }),
  )
  const answer = await ask(gateway, 'broke')
  expect(answer.status).toBe(503)
  expect(answer.error().code).toBe('no_available_upstream')
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(60)
  expect(answer.text).not.toContain('CANARY-INSIDE')
})
