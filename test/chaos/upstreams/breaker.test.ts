/** The breaker: opens after consecutive failures, lets one probe pass, and closes again. */
import { afterAll, expect, test } from 'bun:test'
import { httpChunk, sseHead } from '../../support/mock/mock-replies.ts'
import {
  chatChunks,
  chatCompletion,
  type Exchange,
  jsonReply,
  type Script,
  type Step,
  sseReply,
} from '../../support/mock/mock-upstream.ts'
import { waitFor } from '../../support/waiting.ts'
import { ask, QUESTION, streamErrors } from '../asking.ts'
import { since as allSince, inTurn, modelState, startRig, upstreamState } from '../rig.ts'

const THRESHOLD = 4
const COOLDOWN_S = 1
const rig = await startRig({
  models: {
    ...{ failing: 1, probed: 1, reopened: 1, blamed: 1, abandoned: 1 },
    ...{ streaming: 1, cutting: 1, resting: 1, refused: 1 },
  },
  env: {
    CIRCUIT_BREAKER_THRESHOLD: String(THRESHOLD),
    CIRCUIT_BREAKER_COOLDOWN_SECONDS: String(COOLDOWN_S),
  },
})
afterAll(() => rig.close(), 20_000)
const { gateway, mock } = rig
/** Model lists are asked for in the background while a breaker is half-open: no turn of a script is theirs. */
const isList = ({ path }: Exchange) => path.endsWith('/models')
const script = (make: Script) =>
  mock.script((exchange) => (isList(exchange) ? jsonReply(404, {}) : make(exchange)))
const since = (...args: Parameters<typeof allSince>) =>
  allSince(...args).filter((exchange) => !isList(exchange))
/** A role, and the first words: an answer has begun. */
const visible = chatChunks('hello').slice(0, 2)
const broken = () => jsonReply(500, { error: { message: 'no' } })
const good = () => jsonReply(200, chatCompletion('hello'))

/** Each request to an only key tries twice, so half as many open its breaker. */
async function openBreaker(model: string): Promise<void> {
  script(broken)
  for (let request = 0; request < THRESHOLD / 2; request++) {
    expect((await ask(gateway, model)).status).toBe(502)
  }
}

/** Asks until the breaker lets a request through. */
function untilLetThrough(model: string, make: () => ReturnType<typeof good>) {
  script(make)
  return waitFor(`the breaker of ${model} to let one through`, async () => {
    const answer = await ask(gateway, model)
    return answer.status === 503 ? null : answer
  })
}

test('after a number of consecutive failures the key is not used for a while', async () => {
  const from = mock.ledger.length
  await openBreaker('failing')
  expect(since(mock, from)).toHaveLength(THRESHOLD)
  const answer = await ask(gateway, 'failing')
  expect(answer.status).toBe(503)
  expect(answer.error().code).toBe('no_available_upstream')
  expect(Number(answer.headers.get('retry-after'))).toBe(COOLDOWN_S)
  expect(since(mock, from)).toHaveLength(THRESHOLD)
  const state = await modelState(rig, 'failing-1', 'failing')
  expect(state).toMatchObject({ status: 'cooldown', failure_count: THRESHOLD })
  const key = await upstreamState(rig, 'failing-1', (row) => row.failure_count === THRESHOLD)
  expect(key.status).toBe('healthy')
})

test('then one probe at a time passes, and its success closes the breaker', async () => {
  await openBreaker('probed')
  const hold = Promise.withResolvers<void>()
  const from = mock.ledger.length
  script(() => [{ until: hold.promise }, ...good()])
  const probe = waitFor('a probe', async () => {
    const answer = await ask(gateway, 'probed')
    return answer.status === 200
  })
  await mock.exchangeArrived(from)
  const others = await Promise.all(Array.from({ length: 5 }, () => ask(gateway, 'probed')))
  expect(others.map(({ status }) => status)).toEqual(Array(5).fill(503))
  expect(since(mock, from)).toHaveLength(1)
  hold.resolve()
  await probe
  const after = await Promise.all(Array.from({ length: 5 }, () => ask(gateway, 'probed')))
  expect(after.map(({ status }) => status)).toEqual(Array(5).fill(200))
  await upstreamState(rig, 'probed-1', (row) => row.status === 'healthy' && row.failure_count === 0)
})

test('a probe that fails opens it again at once', async () => {
  await openBreaker('reopened')
  const from = mock.ledger.length
  const answer = await untilLetThrough('reopened', broken)
  expect(answer.status).toBe(502)
  expect(since(mock, from)).toHaveLength(1)
  expect((await ask(gateway, 'reopened')).status).toBe(503)
  expect(since(mock, from)).toHaveLength(1)
})

test('errors of clients never open it', async () => {
  script(() =>
    jsonReply(400, {
      error: { message: 'credit balance', code: null, type: 'invalid_request_error' },
    }),
  )
  for (let request = 0; request < 3 * THRESHOLD; request++) {
    expect((await ask(gateway, 'blamed')).status).toBe(400)
  }
  script(good)
  expect((await ask(gateway, 'blamed')).status).toBe(200)
})

test('clients that disconnect never open it', async () => {
  script(() => ['stall'])
  for (let request = 0; request < 2 * THRESHOLD; request++) {
    const from = mock.ledger.length
    const leaving = new AbortController()
    const asked = gateway
      .chat({ model: 'abandoned', messages: QUESTION }, { signal: leaving.signal })
      .catch((error: Error) => error.name)
    const exchange = await mock.exchangeArrived(from)
    leaving.abort()
    expect(await asked).toBe('AbortError')
    await mock.closedByPeer(exchange)
  }
  script(good)
  expect((await ask(gateway, 'abandoned')).status).toBe(200)
  const state = await upstreamState(rig, 'abandoned-1', (row) => row.total_requests > 0)
  expect(state).toMatchObject({ status: 'healthy', failure_count: 0, total_errors: 0 })
})

test('the first event of a probing stream lets others pass while it runs on', async () => {
  await openBreaker('streaming')
  const hold = Promise.withResolvers<void>()
  const begun: Step[] = [
    { write: sseHead() },
    ...visible.map((chunk) => ({ write: httpChunk(`data: ${chunk}\n\n`) })),
  ]
  const from = mock.ledger.length
  script(inTurn([...begun, { until: hold.promise }, 'fin'], good()))
  const probe = await waitFor('the breaker to let a stream through', async () => {
    const body = { model: 'streaming', messages: QUESTION, stream: true }
    const response = await gateway.chat(body)
    return response.status === 200 ? response : null
  })
  expect((await ask(gateway, 'streaming')).status).toBe(200)
  expect(since(mock, from)).toHaveLength(2)
  hold.resolve()
  expect(streamErrors(await probe.text())).toHaveLength(1)
})

test('streams that are cut in the middle open it, however well they began', async () => {
  script(() => sseReply(visible, { done: false }))
  for (let request = 0; request < THRESHOLD; request++)
    expect((await ask(gateway, 'cutting', { stream: true })).status).toBe(200)
  expect((await ask(gateway, 'cutting', { stream: true })).status).toBe(503)
  const state = await modelState(rig, 'cutting-1', 'cutting')
  expect(state).toMatchObject({ status: 'cooldown', failure_count: THRESHOLD })
})

test.each([
  [
    'resting',
    jsonReply(429, { error: { message: 'no' } }, { 'retry-after': '60' }),
    () => modelState(rig, 'resting-1', 'resting'),
  ],
  [
    'refused',
    jsonReply(401, { error: { message: 'no', code: 'invalid_api_key' } }),
    () => upstreamState(rig, 'refused-1', (row) => row.status === 'invalid'),
  ],
])("a success in flight doesn't bring it back (%s)", async (model, refusal, setAside) => {
  const hold = Promise.withResolvers<void>()
  const from = mock.ledger.length
  script(inTurn([{ until: hold.promise }, ...good()], refusal))
  const underWay = ask(gateway, model)
  await mock.exchangeArrived(from)
  expect((await ask(gateway, model)).status).toBeGreaterThanOrEqual(429)
  hold.resolve()
  expect((await underWay).status).toBe(200)
  expect((await ask(gateway, model)).status).toBe(503)
  expect(since(mock, from)).toHaveLength(2)
  await setAside()
  await upstreamState(rig, `${model}-1`, (row) => row.total_requests === 2)
})
