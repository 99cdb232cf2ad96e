/** Keys that an upstream refuses: disabled until a check succeeds, and the client never sees the upstream's message. */

import { afterAll, describe, expect, test } from 'bun:test'
import {
  chatChunks,
  chatCompletion,
  jsonReply,
  sseReply,
} from '../../../support/mock/mock-upstream.ts'
import { waitFor } from '../../../support/waiting.ts'
import { ask, BOTH } from '../../asking.ts'
import { inTurn, modelState, since, startRig, upstreamState } from '../../rig.ts'

const models = Object.fromEntries(
  [401, 403].flatMap((status) =>
    BOTH.flatMap(([form]) => [
      [`pair-${status}-${form}`, 2],
      [`alone-${status}-${form}`, 1],
    ]),
  ),
)
const lacking = Object.fromEntries(
  BOTH.flatMap(([form]) => [
    [`lacking-${form}`, 3],
    [`sparing-${form}`, 2],
  ]),
)
const rig = await startRig({ models: { ...models, ...lacking } })
afterAll(() => rig.close(), 20_000)
const { gateway, mock } = rig
const good = (stream: boolean) =>
  stream ? sseReply(chatChunks('hello')) : jsonReply(200, chatCompletion('hello'))
const refusal = (status: number) =>
  jsonReply(
    status,
    { error: { message: 'Incorrect API key: CANARY-INSIDE', code: 'invalid_api_key' } },
    { 'www-authenticate': 'CANARY-INSIDE' },
  )

describe.each([401, 403])('status %p', (status) => {
  test.each(BOTH)(
    'another key answers, and the refused one is never asked again (%s)',
    async (form, stream) => {
      const model = `pair-${status}-${form}`
      const from = mock.ledger.length
      mock.script(inTurn(refusal(status), good(stream)))
      expect(await ask(gateway, model, { stream })).toMatchObject({ status: 200, attempts: 2 })
      const refused = since(mock, from)[0]?.headers.authorization ?? ''
      for (let further = 0; further < 5; further++) await ask(gateway, model, { stream })
      expect(
        since(mock, from).filter(({ headers }) => headers.authorization === refused),
      ).toHaveLength(1)
      const number = refused.includes(`${model}-1`) ? 1 : 2
      await upstreamState(rig, `${model}-${number}`, (row) => row.status === 'invalid')
      await waitFor('the alert', () => gateway.logs().includes(`"upstream":"${model}-${number}"`))
    },
  )

  test.each(BOTH)(
    'if it is the only one, the error is generic and says who must act (%s)',
    async (form, stream) => {
      const model = `alone-${status}-${form}`
      mock.script(() => refusal(status))
      const answer = await ask(gateway, model, { stream })
      expect(answer.status).toBe(502)
      expect(answer.error()).toMatchObject({ code: 'upstream_error', type: 'server_error' })
      expect(answer.error().message).toStartWith(`upstream ${model}-1: `)
      expect(answer.text + JSON.stringify([...answer.headers])).not.toContain('CANARY-INSIDE')

      const later = await ask(gateway, model, { stream })
      expect(later.status).toBe(503)
      expect(later.error().code).toBe('no_available_upstream')
      expect(later.error().message).toStartWith('gateway: ')
    },
  )
})

test.each(BOTH)(
  'a 403 about the model is asked of each key, then goes to the client, and no key is marked (%s)',
  async (form, stream) => {
    const model = `lacking-${form}`
    const from = mock.ledger.length
    const error = { message: 'no access to it', type: 'invalid_request_error', param: null }
    mock.script(() => jsonReply(403, { error: { ...error, code: 'model_not_found' } }))
    const answer = await ask(gateway, model, { stream })
    expect(answer.status).toBe(403)
    expect(answer.error()).toMatchObject({ code: 'model_not_found' })
    expect(answer.error().message).toMatch(/^upstream lacking-\w+-[123]: no access to it$/)
    expect(new Set(since(mock, from).map(({ headers }) => headers.authorization)).size).toBe(3)
    // It is remembered of all of them: one is asked, to see whether that has changed.
    const again = mock.ledger.length
    expect((await ask(gateway, model, { stream })).status).toBe(403)
    expect(since(mock, again)).toHaveLength(1)
    mock.script(() => good(stream))
    expect((await ask(gateway, model, { stream })).status).toBe(200)
    await upstreamState(rig, `${model}-1`, (row) => row.status === 'healthy')
  },
)

test.each(BOTH)('a key that lacks the model is spared for minutes (%s)', async (form, stream) => {
  const model = `sparing-${form}`
  const from = mock.ledger.length
  mock.script(({ headers }) =>
    headers.authorization?.includes(`${model}-1`)
      ? jsonReply(404, { error: { message: 'no', code: 'model_not_found' } })
      : good(stream),
  )
  for (let request = 0; request < 20; request++)
    expect((await ask(gateway, model, { stream })).status).toBe(200)
  const lackingAsked = since(mock, from).filter(({ headers }) =>
    headers.authorization?.includes(`${model}-1`),
  )
  expect(lackingAsked).toHaveLength(1)
  expect(await modelState(rig, `${model}-1`, model)).toMatchObject({ status: 'missing' })
})

test('a key reset by SQL is used again within a second or two', async () => {
  const database = gateway.database()
  database.run(
    "UPDATE upstream_keys SET status='healthy', failure_count=0, cooldown_until=NULL WHERE name = 'alone-401-whole-1'",
  )
  database.close()
  mock.script(() => good(false))
  const untilMs = performance.now() + 2_000
  let status = 0
  while (status !== 200 && performance.now() < untilMs)
    status = (await ask(gateway, 'alone-401-whole')).status
  expect(status).toBe(200)
})
