/** The whole lifecycle, in process: each case takes milliseconds. */
import { describe, expect, test } from 'bun:test'
import { upstreamKey } from '../../test/support/in-process/entities.ts'
import {
  chat,
  completion,
  DONE,
  inProcess,
  piece,
  streamed,
  usageEvent,
} from '../../test/support/in-process/gateway.ts'
import { GatewayError } from '../core/errors.ts'
import { TransportError } from '../upstreams/transport.ts'

const TWO = [upstreamKey(1), upstreamKey(2)]

describe('a request', () => {
  test('is answered byte for byte, and recorded once', async () => {
    const gateway = await inProcess(() => ({ body: completion('hello') }))
    const answer = await gateway.ask(chat())
    expect(answer.status).toBe(200)
    expect(answer.text).toBe(completion('hello'))
    expect(answer.headers['x-gpt-proxy-upstream']).toBe('up-1')
    expect(gateway.kept.begun).toHaveLength(1)
    expect(gateway.kept.records).toHaveLength(1)
    expect(answer.record).toMatchObject({
      outcome: 'ok',
      status: 200,
      totalTokens: 15,
      estimated: false,
      upstreamKeyId: 1,
      attempts: [{ upstream: 'up-1', status: 200, failure: null }],
    })
  })

  test('without a valid key is refused before anything is sent or recorded', async () => {
    const gateway = await inProcess(() => ({ body: completion('hello') }))
    const refused = gateway.ask(chat(), { headers: { authorization: 'Bearer sk-wrong' } })
    expect(await refused.catch((error: GatewayError) => error.code)).toBe('invalid_api_key')
    expect([gateway.transport.sent.length, gateway.kept.records.length]).toEqual([0, 0])
  })

  test('for no known model is refused with the parameter', async () => {
    const gateway = await inProcess(() => ({}), { upstreams: [upstreamKey(1, { models: ['x'] })] })
    const error = await gateway.ask(chat()).catch((thrown) => thrown)
    expect(error).toBeInstanceOf(GatewayError)
    expect([error.code, error.param]).toEqual(['model_not_found', 'model'])
  })

  test('tries another key when the first fails', async () => {
    const gateway = await inProcess(
      (_, index) => (index === 0 ? { status: 500 } : { body: completion('from two') }),
      { upstreams: TWO },
    )
    const answer = await gateway.ask(chat())
    expect(answer.json().choices[0].message.content).toBe('from two')
    const [first, second] = answer.record?.attempts ?? []
    // The second begins after the first has ended, and both within the request.
    const firstEndedMs = (first?.startedMs ?? -1) + (first?.durationMs ?? -1)
    expect(first?.startedMs).toBeGreaterThanOrEqual(0)
    expect(second?.startedMs).toBeGreaterThanOrEqual(firstEndedMs)
    expect(answer.record?.attempts.map(({ upstream, status }) => [upstream, status])).toEqual([
      ['up-1', 500],
      ['up-2', 200],
    ])
    expect(answer.headers['x-gpt-proxy-attempts']).toBe('2')
  })

  test('whose connection is refused everywhere gets one error that names the last', async () => {
    const gateway = await inProcess(
      () => new TransportError('refused', 'connection refused', false),
      {
        upstreams: TWO,
      },
    )
    const answer = await gateway.ask(chat())
    expect(answer.status).toBe(502)
    expect(answer.json().error).toMatchObject({ code: 'upstream_error', request_id: 'req_1' })
    expect(answer.record).toMatchObject({ outcome: 'upstream_error', totalTokens: 0 })
  })

  test('that the upstream refuses gets its words and status, and is not tried elsewhere', async () => {
    const error = {
      message: 'temperature is too high',
      type: 'invalid_request_error',
      param: 'temperature',
      code: 'bad',
    }
    const gateway = await inProcess(() => ({ status: 400, body: JSON.stringify({ error }) }), {
      upstreams: TWO,
    })
    const answer = await gateway.ask(chat())
    expect(answer.status).toBe(400)
    expect(answer.json().error).toMatchObject({ param: 'temperature', code: 'bad' })
    expect(answer.json().error.message).toContain('temperature is too high')
    expect(gateway.transport.sent).toHaveLength(1)
    expect(answer.record?.outcome).toBe('rejected')
  })

  test('that breaks the gateway itself is a 500 without a word of it, and still settled', async () => {
    const gateway = await inProcess(() => ({ body: completion('x') }))
    gateway.services.health.succeeded = () => {
      throw new Error('a bug')
    }
    const answer = await gateway.ask(chat())
    expect(answer.status).toBe(500)
    expect(answer.text).not.toContain('a bug')
    expect(answer.record).toMatchObject({ status: 500, errorCode: 'internal_error' })
    expect(gateway.kept.log.map(({ message }) => message)).toContain('internal error')
  })

  test('whose client leaves is recorded as aborted, and its upstream request is cancelled', async () => {
    const body = [piece('one '), { waitMs: 5 }, piece('two'), 'stall' as const]
    const gateway = await inProcess(() => ({ body }))
    const answer = await gateway.ask(streamed(), {
      onWrite: (text, leave) => text.includes('two') && leave(),
    })
    expect(answer.record).toMatchObject({ outcome: 'aborted', estimated: true })
    expect(answer.record?.completionTokens).toBeGreaterThan(0)
    expect(gateway.transport.cancelled).toBe(1)
    expect(gateway.services.health.state(1)?.failureCount).toBe(0)
  })
})

describe('a stream', () => {
  const events = [piece('Hi '), piece('there'), piece({}, 'stop'), usageEvent, DONE]

  test('passes byte for byte but for the usage that the client did not ask for', async () => {
    const gateway = await inProcess(() => ({ body: events }))
    const answer = await gateway.ask(streamed())
    expect(answer.text).toBe(events.filter((text) => text !== usageEvent).join(''))
    expect(answer.headers['content-type']).toStartWith('text/event-stream')
    expect(answer.record).toMatchObject({ outcome: 'ok', totalTokens: 15, estimated: false })
    expect(JSON.parse(String(gateway.transport.sent[0]?.body)).stream_options).toEqual({
      include_usage: true,
    })
  })

  test('that breaks off before its first event is taken over unnoticed', async () => {
    const gateway = await inProcess(
      (_, index) => (index === 0 ? { body: [': hm\n\n', 'cut'] } : { body: events }),
      { upstreams: TWO },
    )
    const answer = await gateway.ask(streamed())
    expect([answer.status, answer.text.includes('there')]).toEqual([200, true])
    expect(answer.text).not.toContain('error')
  })
})
