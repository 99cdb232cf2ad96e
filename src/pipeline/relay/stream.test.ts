/** Where streams end, how that is judged, and what keeps a silent one open. */
import { describe, expect, test } from 'bun:test'
import { upstreamKey } from '../../../test/support/in-process/entities.ts'
import {
  completion,
  DONE,
  event,
  inProcess,
  piece,
  streamed,
  USAGE,
  usageEvent,
} from '../../../test/support/in-process/gateway.ts'
import type { Part } from '../../../test/support/in-process/scripted-transport.ts'

async function relayed(body: readonly Part[], more: object = {}, limits: object = {}) {
  const gateway = await inProcess(() => ({ body }), { limits })
  return gateway.ask(streamed(more))
}

describe.concurrent('the end of a stream', () => {
  test('is [DONE], even before the body ends', async () => {
    const answer = await relayed([piece('a'), piece({}, 'stop'), DONE, 'stall'])
    expect(answer.text).toEndWith(DONE)
    expect(answer.record?.outcome).toBe('ok')
  })

  test('is the end of the body after a finish reason', async () => {
    const answer = await relayed([piece('a'), piece({}, 'stop')])
    expect([answer.record?.outcome, answer.text.includes('"error"')]).toEqual(['ok', false])
  })

  test('is a cut without a finish reason: one error event, no [DONE]', async () => {
    const answer = await relayed([piece('a')])
    expect(answer.record).toMatchObject({ outcome: 'cut', errorCode: 'upstream_error' })
    expect(answer.text.match(/"error"/g)).toHaveLength(1)
    expect(answer.text).not.toContain('[DONE]')
  })

  test('is not an empty finish reason in each chunk', async () => {
    const answer = await relayed(
      [piece('a', ''), { waitMs: 30 }, piece('b', '')],
      {},
      { idleMs: 2_000 },
    )
    expect(answer.record?.outcome).toBe('cut')
  })

  test('counts a finish reason for each of n choices', async () => {
    const early = [piece('a', null, 0), piece('b', null, 1), piece({}, 'stop', 0)]
    expect((await relayed(early, { n: 2 })).record?.outcome).toBe('cut')
    const all = [...early, piece({}, 'length', 1)]
    expect((await relayed(all, { n: 2 })).record?.outcome).toBe('ok')
  })

  test('of an upstream that ignores n is judged by the usage that follows', async () => {
    const answer = await relayed([piece('a'), piece({}, 'stop'), usageEvent], { n: 2 })
    expect(answer.record).toMatchObject({ outcome: 'ok', totalTokens: 15 })
  })

  test('waits for the usage that comes long after the finish reason', async () => {
    const answer = await relayed([
      piece('a'),
      piece({}, 'stop'),
      { waitMs: 2_500 },
      usageEvent,
      DONE,
    ])
    expect(answer.record).toMatchObject({ totalTokens: 15, estimated: false })
  })

  test('is complete if an upstream that finished falls silent', async () => {
    const body: Part[] = [piece('a'), piece({}, 'stop'), usageEvent, 'stall']
    const answer = await relayed(body, {}, { idleMs: 100 })
    expect(answer.record).toMatchObject({ outcome: 'ok', totalTokens: 15 })
  })

  test('is an error if it went silent before that', async () => {
    const answer = await relayed([piece('a'), 'stall'], {}, { idleMs: 50 })
    expect(answer.record).toMatchObject({ outcome: 'cut', errorCode: 'upstream_timeout' })
  })

  test('by an error that came in one read with the first words keeps the words', async () => {
    const error = event({ error: { message: 'Overloaded', type: 'overloaded_error', code: 529 } })
    const answer = await relayed([piece('one ') + piece('two ') + error, 'stall'])
    expect(answer.text).toStartWith(piece('one ') + piece('two '))
    expect(answer.text.match(/"error"/g)).toHaveLength(1)
    expect(answer.record).toMatchObject({ outcome: 'cut', completionTokens: 2, estimated: true })
  })

  test('by the request timeout is the gateway, not the upstream', async () => {
    const answer = await relayed([piece('a'), 'stall'], {}, { requestMs: 60 })
    expect(answer.text).toContain('gateway: ')
    expect(answer.record?.attempts[0]?.failure).toStartWith('gateway')
  })

  test.each([
    ['nothing', []],
    ['comments alone', [': ping\n\n']],
    ['[DONE] alone', [DONE]],
  ] as [string, Part[]][])('of %s is a failure that another key can take over', async (_, body) => {
    const gateway = await inProcess(
      (_request, index) => (index === 0 ? { body } : { body: [piece('ok', 'stop'), DONE] }),
      { upstreams: [upstreamKey(1), upstreamKey(2)] },
    )
    const answer = await gateway.ask(streamed())
    expect(answer.record?.attempts).toHaveLength(2)
    expect(answer.record?.outcome).toBe('ok')
  })
})

describe.concurrent('what was generated', () => {
  test.each([
    ['text', { content: 'abcdefgh' }],
    ['a thought', { reasoning_content: 'abcdefgh' }],
    ["OpenRouter's thought", { reasoning: 'abcdefgh' }],
    ['a thought under both names', { reasoning: 'abcdefgh', reasoning_content: 'abcdefgh' }],
    ['a refusal', { refusal: 'abcdefgh' }],
    ['a legacy function call', { function_call: { name: 'abcd', arguments: 'efgh' } }],
    ['a tool call', { tool_calls: [{ index: 0, function: { name: 'abcd', arguments: 'efgh' } }] }],
  ])('as %s is counted if no usage comes', async (_, delta) => {
    const answer = await relayed([piece(delta), piece({}, 'stop'), DONE])
    expect(answer.record).toMatchObject({ completionTokens: 2, estimated: true })
  })

  test.each([
    [
      'in the last choice',
      event({ choices: [{ index: 0, delta: {}, finish_reason: 'stop', usage: USAGE }] }),
    ],
    [
      'in x_groq',
      event({
        choices: [{ index: 0, delta: {}, finish_reason: 'stop' }],
        x_groq: { usage: USAGE },
      }),
    ],
    ['in an event of its own', piece({}, 'stop') + usageEvent],
  ])('is not counted if the upstream reports it %s', async (_, last) => {
    const answer = await relayed([piece('a'), last, DONE])
    expect(answer.record).toMatchObject({ totalTokens: 15, estimated: false })
  })
})

describe.concurrent('a silent stream', () => {
  test('passes comments before another key takes over unnoticed', async () => {
    let takenOverMs = 0
    const gateway = await inProcess(
      (_, index) => {
        if (index === 0) return { body: [': thinking\n\n', { waitMs: 900 }, 'cut'] }
        takenOverMs = performance.now()
        return { body: [piece('from two', 'stop'), DONE] }
      },
      { upstreams: [upstreamKey(1), upstreamKey(2)] },
    )
    const answer = await gateway.ask(streamed())
    expect(answer.headMs).toBeLessThan(takenOverMs)
    expect(answer.text).toStartWith(': thinking\n\n')
    expect(answer.text).toContain('from two')
    expect(answer.record).toMatchObject({ outcome: 'ok', status: 200 })
  })

  test('that only ever commented ends with an error event', async () => {
    const answer = await relayed([': thinking\n\n', { waitMs: 700 }, 'cut'])
    expect(answer.text).toMatch(/^(: thinking\n\n)+data: \{"error"/)
    expect(answer.text).not.toContain('[DONE]')
    expect(answer.record).toMatchObject({ outcome: 'upstream_error', status: 200 })
  })

  test('is pinged before any upstream has answered, if that is set', async () => {
    const pinged = Promise.withResolvers<void>()
    const gateway = await inProcess(
      async () => {
        await pinged.promise
        return { body: [piece('a', 'stop'), DONE] }
      },
      { limits: { keepAliveMs: 40 } },
    )
    const answer = await gateway.ask(streamed(), { onWrite: () => pinged.resolve() })
    expect(answer.text).toStartWith(': keep-alive\n\n')
    expect(answer.text).toEndWith(DONE)
    const whole = await inProcess(() => ({ body: completion('x') }), { limits: { keepAliveMs: 1 } })
    expect((await whole.ask({ ...streamed(), stream: false })).text).toBe(completion('x'))
  })
})
