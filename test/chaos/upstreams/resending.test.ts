/** A reused connection that is reset before any reply: one resend on a fresh one, recorded as ambiguous. */
import { afterAll, describe, expect, test } from 'bun:test'
import {
  chatChunks,
  chatCompletion,
  type Exchange,
  jsonReply,
  sseReply,
} from '../../support/mock/mock-upstream.ts'
import { ask, BOTH } from '../asking.ts'
import { since, startRig, upstreamState } from '../rig.ts'

const sending = await startRig({ models: { reset: 1 } })
const refraining = await startRig({
  models: { reset: 1 },
  env: { UPSTREAM_RESEND_ON_RESET: 'false' },
})
afterAll(async () => {
  await sending.close()
  await refraining.close()
})
const good = (stream: boolean) =>
  stream ? sseReply(chatChunks('hello')) : jsonReply(200, chatCompletion('hello'))

/** Resets whatever comes on a connection that has served before. */
function resetReused(stream: boolean) {
  const served = new Set<number>()
  return ({ connection }: Exchange) => {
    if (served.has(connection)) return ['rst' as const]
    served.add(connection)
    return good(stream)
  }
}

describe.each(BOTH)('a reset of a reused connection (%s)', (_, stream) => {
  test('is followed by one resend on a fresh connection', async () => {
    const { gateway, mock } = sending
    mock.dropConnections()
    mock.script(resetReused(stream))
    expect(await ask(gateway, 'reset', { stream })).toMatchObject({ status: 200, attempts: 1 })
    const from = mock.ledger.length
    const answer = await ask(gateway, 'reset', { stream })
    expect(answer).toMatchObject({ status: 200, attempts: 2 })
    expect(answer.text).toContain('hello')
    const [first, second] = since(mock, from)
    expect(since(mock, from)).toHaveLength(2)
    expect(second?.connection).not.toBe(first?.connection)
    expect(await answer.row()).toMatchObject({
      attempts: 2,
      ambiguous: 1,
      outcome: 'ok',
      status: 200,
    })
  })

  test('is an error where resending is switched off', async () => {
    const { gateway, mock } = refraining
    mock.dropConnections()
    mock.script(resetReused(stream))
    expect(await ask(gateway, 'reset', { stream })).toMatchObject({ status: 200, attempts: 1 })
    const from = mock.ledger.length
    const answer = await ask(gateway, 'reset', { stream })
    expect(answer.status).toBe(502)
    expect(answer.error().code).toBe('upstream_error')
    expect(since(mock, from)).toHaveLength(1)
    expect(await answer.row()).toMatchObject({
      attempts: 1,
      ambiguous: 1,
      outcome: 'upstream_error',
    })
  })

  test('says nothing about the key', async () => {
    const state = await upstreamState(sending, 'reset-1', (row) => row.total_requests > 0)
    expect(state).toMatchObject({ failure_count: 0, status: 'healthy' })
  })

  test('an upstream that resets every time fails after the allowed attempts', async () => {
    const { gateway, mock } = sending
    const from = mock.ledger.length
    mock.script(() => ['rst'])
    const answer = await ask(gateway, 'reset', { stream })
    expect(answer.status).toBe(502)
    expect(since(mock, from).length).toBeLessThanOrEqual(3)
    expect(await answer.row()).toMatchObject({ attempts: since(mock, from).length, ambiguous: 1 })
    mock.script(() => good(stream))
    expect((await ask(gateway, 'reset', { stream })).status).toBe(200)
  })
})
