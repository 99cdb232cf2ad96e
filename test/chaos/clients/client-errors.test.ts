/** Refusals of the request itself: passed on without secrets, never retried, and not counted against a key. */
import { afterAll, describe, expect, test } from 'bun:test'
import { jsonReply } from '../../support/mock/mock-upstream.ts'
import { ask, BOTH } from '../asking.ts'
import { secretOf, since, startRig, upstreamState } from '../rig.ts'

const rig = await startRig({
  models: { pair: 2 },
  env: { CIRCUIT_BREAKER_THRESHOLD: '2' },
  upstreams: (mock) => [
    {
      name: 'azure-1',
      key: secretOf('azure-1'),
      baseUrl: mock.url.replace('/v1', ''),
      provider: 'azure',
      deployments: { 'azure-model': 'my-deployment' },
      apiVersion: '2024-10-21',
    },
  ],
})
afterAll(() => rig.close(), 20_000)
const { gateway, mock } = rig

const REFUSALS = [
  [400, 'invalid_request_error', 'context_length_exceeded'],
  [400, 'invalid_request_error', null],
  [413, 'invalid_request_error', 'too_large'],
  [422, 'invalid_request_error', 'unprocessable'],
] as const

describe.each(REFUSALS)('status %p, %s, code %p', (status, type, code) => {
  test.each(BOTH)(
    'it is handed on once, with our request id and without secrets (%s)',
    async (_, stream) => {
      const from = mock.ledger.length
      mock.script(({ headers }) => {
        const key = headers.authorization?.replace('Bearer ', '')
        const message = `credit balance quota: see ${key}`
        return jsonReply(
          status,
          { error: { message, type, code, param: 'messages' } },
          { 'x-secret': String(key) },
        )
      })
      const answer = await ask(gateway, 'pair', { stream })
      expect(answer.status).toBe(status)
      expect(answer.error()).toMatchObject({ type, code, param: 'messages' })
      expect(answer.error().request_id).toBe(answer.headers.get('x-request-id') ?? '')
      expect(answer.error().message).toMatch(/^upstream pair-[12]: credit balance quota: see /)
      expect(answer.text + JSON.stringify([...answer.headers])).not.toContain('sk-chaos')
      expect(since(mock, from)).toHaveLength(1)
      expect(answer.headers.get('x-gpt-proxy-upstream')).toMatch(/^pair-[12]$/)
      expect(await answer.row()).toMatchObject({
        status,
        attempts: 1,
        outcome: 'rejected',
        total_tokens: 0,
      })
    },
  )
})

test.each(BOTH)(
  "Azure's content filter keeps its details and is not tried again (%s)",
  async (_, stream) => {
    const innererror = {
      code: 'ResponsibleAIPolicyViolation',
      content_filter_result: { hate: { filtered: true, severity: 'high' } },
    }
    const error = {
      message: 'filtered',
      type: null,
      param: 'prompt',
      code: 'content_filter',
      status: 400,
      innererror,
    }
    const from = mock.ledger.length
    mock.script(() => jsonReply(400, { error }))
    const answer = await ask(gateway, 'azure-model', { stream })
    expect(answer.status).toBe(400)
    expect(answer.error()).toMatchObject({ code: 'content_filter', param: 'prompt', innererror })
    expect(answer.error().message).toBe('upstream azure-1: filtered')
    const [exchange] = since(mock, from)
    expect(since(mock, from)).toHaveLength(1)
    expect(exchange?.path).toBe(
      '/openai/deployments/my-deployment/chat/completions?api-version=2024-10-21',
    )
    expect(exchange?.headers['api-key']).toBe(secretOf('azure-1'))
    expect(exchange?.headers.authorization).toBeUndefined()
  },
)

test('none of these refusals ever counted against a key', async () => {
  // The states of all keys are written together, and Azure's changed last.
  await upstreamState(rig, 'azure-1', (row) => row.total_requests === BOTH.length)
  for (const name of ['azure-1', 'pair-1', 'pair-2']) {
    const state = await upstreamState(rig, name, (row) => row.total_requests > 0)
    expect(state).toMatchObject({ status: 'healthy', failure_count: 0, total_errors: 0 })
  }
})
