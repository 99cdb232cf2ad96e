/** What Codex and other clients of the Responses API get of a foreign upstream's answer. */
import { describe, expect, test } from 'bun:test'
import {
  answered,
  contextOf,
  dataOf,
  dialect,
  eventsFrom,
  folded,
  readRequest,
  streamed,
} from '../../../test/support/translation/translation.ts'
import type { StreamEvent } from '../neutral/answer.ts'
import type { JsonObject } from '../neutral/neutral.ts'

const chunk = (delta: JsonObject, finish: string | null = null) => ({
  id: 'chatcmpl-1',
  choices: [{ index: 0, delta, finish_reason: finish }],
})
const usage = (extra: JsonObject = {}) => ({
  choices: [],
  usage: { prompt_tokens: 90, completion_tokens: 10, total_tokens: 100, ...extra },
})
const toolCall = (index: number, id: string, name: string, args: string) => ({
  tool_calls: [{ index, id, type: 'function', function: { name, arguments: args } }],
})
const PATCH = { type: 'custom', name: 'apply_patch' }
const LOOK = { type: 'function', name: 'look', parameters: { type: 'object' } }

function codex(events: readonly (JsonObject | string)[], tools: JsonObject[] = [LOOK]) {
  const body = { model: 'any', input: 'Hi', tools }
  const { text, stream } = streamed({ client: 'responses', upstream: 'chat', body }, events)
  return { text, stream, events: dataOf(text) }
}

/** What the writer makes of a failure; the caller decides when. */
function written(events: readonly StreamEvent[]) {
  const request = readRequest('responses', { model: 'any', input: 'Hi' })
  const writer = dialect('responses').writeEvents(contextOf(request))
  return dataOf(events.map((event) => writer.write(event)).join(''))
}

const MIXED = [
  chunk({ role: 'assistant', reasoning_content: 'Hm. ' }),
  chunk({ reasoning_content: 'Yes.' }),
  chunk({ content: 'Let me ' }),
  chunk({ content: 'look.' }),
  chunk(toolCall(0, 'call_a', 'look', '{"at":')),
  chunk({ tool_calls: [{ index: 0, function: { arguments: '"x"}' } }] }),
  chunk(toolCall(1, 'call_b', 'look', '{}')),
  chunk({}, 'tool_calls'),
  usage({ prompt_tokens_details: { cached_tokens: 80 } }),
  '[DONE]',
]

describe('a stream', () => {
  test('numbers its events without a gap', () => {
    const { events } = codex(MIXED)
    expect(events.map((event) => event.sequence_number)).toEqual(events.map((_, at) => at))
  })

  test('has each item between its added and its done, with one id and one place', () => {
    const { events } = codex(MIXED)
    const added = events.filter(({ type }) => type === 'response.output_item.added')
    const done = events.filter(({ type }) => type === 'response.output_item.done')
    expect(added.map(({ output_index, item }) => [output_index, item.type])).toEqual([
      [0, 'reasoning'],
      [1, 'message'],
      [2, 'function_call'],
      [3, 'function_call'],
    ])
    expect(done.map(({ item }) => item.id).toSorted()).toEqual(
      added.map(({ item }) => item.id).toSorted(),
    )
    for (const { item, output_index, sequence_number } of added) {
      const own = events.filter((event) => event.item_id === item.id)
      const end = done.find((event) => event.item.id === item.id)
      expect(own.length).toBeGreaterThan(0)
      for (const event of own) {
        expect(event.output_index).toBe(output_index)
        expect(event.sequence_number).toBeGreaterThan(sequence_number)
        expect(event.sequence_number).toBeLessThan(end.sequence_number)
      }
    }
  })

  test('ends with the whole output: the items that were done, and usage with its details', () => {
    const { events } = codex(MIXED)
    const last = events.at(-1)
    const done = events.filter(({ type }) => type === 'response.output_item.done')
    expect(last.type).toBe('response.completed')
    expect(last.response.id).toBe(events[0].response.id)
    expect(last.response.output).toEqual(
      done.toSorted((one, other) => one.output_index - other.output_index).map(({ item }) => item),
    )
    expect(last.response.output[2]).toMatchObject({ call_id: 'call_a', arguments: '{"at":"x"}' })
    expect(last.response.usage).toEqual({
      input_tokens: 90,
      input_tokens_details: { cached_tokens: 80, cache_write_tokens: 0 },
      output_tokens: 10,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: 100,
    })
  })

  test('gives parallel calls places of their own, although they alternate', () => {
    const { events } = codex([
      chunk(toolCall(0, 'a', 'look', '')),
      chunk(toolCall(1, 'b', 'look', '')),
      chunk({ tool_calls: [{ index: 0, function: { arguments: '{"n":0}' } }] }),
      chunk({ tool_calls: [{ index: 1, function: { arguments: '{"n":1}' } }] }),
      chunk({}, 'stop'),
      '[DONE]',
    ])
    const { output, status } = events.at(-1).response
    expect(output.map(({ call_id, arguments: args }: JsonObject) => [call_id, args])).toEqual([
      ['a', '{"n":0}'],
      ['b', '{"n":1}'],
    ])
    expect(status).toBe('completed')
  })

  test('gives a custom tool’s call back as one, with its raw text', () => {
    const input = '*** Begin Patch\n"quoted" \\ größer\n*** End Patch'
    const args = JSON.stringify({ input })
    const { events } = codex(
      [
        chunk(toolCall(0, 'call_p', 'apply_patch', args.slice(0, 20))),
        chunk({ tool_calls: [{ index: 0, function: { arguments: args.slice(20) } }] }),
        chunk({}, 'tool_calls'),
        '[DONE]',
      ],
      [PATCH],
    )
    const done = events.find(({ type }) => type === 'response.custom_tool_call_input.done')
    expect(done.input).toBe(input)
    expect(events.at(-1).response.output).toEqual([
      expect.objectContaining({
        type: 'custom_tool_call',
        call_id: 'call_p',
        name: 'apply_patch',
        input,
      }),
    ])
  })

  test('gives a namespace’s call back by its bare name and the namespace', () => {
    const tools = [{ type: 'namespace', name: 'clock', description: '', tools: [LOOK] }]
    const { events } = codex(
      [chunk(toolCall(0, 'c', 'clock__look', '{}')), chunk({}, 'tool_calls'), '[DONE]'],
      tools,
    )
    expect(events.at(-1).response.output[0]).toMatchObject({ name: 'look', namespace: 'clock' })
  })

  test('seals Claude’s thought so that it can return', () => {
    const body = { model: 'any', input: 'Hi' }
    const { text } = streamed({ client: 'responses', upstream: 'messages', body }, [
      {
        type: 'message_start',
        message: { id: 'm', model: 'claude', usage: { input_tokens: 1, output_tokens: 1 } },
      },
      {
        type: 'content_block_start',
        index: 0,
        content_block: { type: 'thinking', thinking: '', signature: '' },
      },
      { type: 'content_block_delta', index: 0, delta: { type: 'thinking_delta', thinking: 'Hm.' } },
      {
        type: 'content_block_delta',
        index: 0,
        delta: { type: 'signature_delta', signature: 'Eq+/==' },
      },
      { type: 'content_block_stop', index: 0 },
      { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 2 } },
      { type: 'message_stop' },
    ])
    expect(dataOf(text).at(-1).response.output[0]).toMatchObject({
      type: 'reasoning',
      summary: [{ type: 'summary_text', text: 'Hm.' }],
      encrypted_content: 'gp1.anthropic.main.Eq+/==',
    })
  })

  test.each([
    ['length', 'response.incomplete', { reason: 'max_output_tokens' }],
    ['content_filter', 'response.incomplete', { reason: 'content_filter' }],
    ['stop', 'response.completed', null],
  ])('that ends by %s is %s', (finish, type, details) => {
    const last = codex([chunk({ content: 'x' }), chunk({}, finish), '[DONE]']).events.at(-1)
    expect(last).toMatchObject({ type, response: { incomplete_details: details } })
  })

  test("that is cut doesn't claim to be complete", () => {
    const { events, stream } = codex([chunk({ content: 'half' })])
    expect(stream.error).not.toBeNull()
    expect(events.map(({ type }) => type)).not.toContain('response.completed')
  })

  test.each([
    ['context', 'context_length_exceeded'],
    ['quota', 'insufficient_quota'],
    ['invalid', 'invalid_prompt'],
    ['rate', 'rate_limit_exceeded'],
    ['broken', 'server_error'],
  ] as const)('that fails by %s ends with response.failed and %s', (kind, code) => {
    const error = { kind, message: 'why', code: null, param: null }
    const events = written([
      { type: 'start', id: null, model: null },
      { type: 'fail', error },
    ])
    expect(events.at(-1)).toMatchObject({
      type: 'response.failed',
      response: { status: 'failed', error: { code, message: 'why' } },
    })
    expect(events.map((event) => event.sequence_number)).toEqual([0, 1, 2])
  })
})

describe('a whole answer', () => {
  test('has a message, its calls and its usage', () => {
    const message = { role: 'assistant', content: 'Hi', ...toolCall(0, 'c', 'look', '{}') }
    const body = answered(
      { client: 'responses', upstream: 'chat' },
      { ...usage(), id: 'x', model: 'm', choices: [{ index: 0, message, finish_reason: 'stop' }] },
    )
    expect(body).toMatchObject({ object: 'response', status: 'completed', model: 'm' })
    expect(body.output.map(({ type }: JsonObject) => type)).toEqual(['message', 'function_call'])
    expect(body.usage.total_tokens).toBe(100)
  })
})

describe('an upstream’s stream', () => {
  const response = (more: JsonObject = {}) => ({
    id: 'resp_1',
    model: 'm',
    status: 'completed',
    ...more,
  })
  const message = {
    type: 'message',
    id: 'msg_1',
    content: [{ type: 'output_text', text: 'Hello', annotations: [] }],
  }

  test('of nothing but finished items loses nothing', () => {
    const events = eventsFrom('responses', [
      { type: 'response.output_item.done', output_index: 0, item: message },
      { type: 'response.completed', response: response() },
    ])
    expect(events.map(({ type }) => type)).toEqual(['start', 'open', 'delta', 'close', 'end'])
    expect(events[2]).toMatchObject({ text: 'Hello' })
  })

  test('of nothing but the finished response loses nothing', () => {
    const events = eventsFrom('responses', [
      { type: 'response.completed', response: response({ output: [message] }) },
    ])
    expect(events.filter(({ type }) => type === 'delta')).toMatchObject([{ text: 'Hello' }])
  })

  test('repeats nothing that came in deltas and again at the end', () => {
    const events = eventsFrom('responses', [
      { type: 'response.output_text.delta', output_index: 0, content_index: 0, delta: 'Hel' },
      { type: 'response.output_item.done', output_index: 0, item: message },
      { type: 'response.completed', response: response({ output: [message] }) },
    ])
    expect(events.flatMap((event) => (event.type === 'delta' ? [event.text] : [])).join('')).toBe(
      'Hello',
    )
  })

  test('without its end fails, and so does one with an error', () => {
    const started = { type: 'response.created', response: response() }
    expect(eventsFrom('responses', [started]).at(-1)).toMatchObject({ type: 'fail' })
    const failed = {
      type: 'response.failed',
      response: response({ error: { code: 'rate_limit_exceeded', message: 'slow' } }),
    }
    expect(eventsFrom('responses', [started, failed]).at(-1)).toMatchObject({
      type: 'fail',
      error: { kind: 'rate', message: 'slow' },
    })
    const error = { type: 'error', code: 'context_length_exceeded', message: 'long' }
    expect(eventsFrom('responses', [started, error]).at(-1)).toMatchObject({
      type: 'fail',
      error: { kind: 'context' },
    })
  })

  test('is read back as it was written', () => {
    const { text } = codex(MIXED)
    const answer = folded('responses', text)
    expect(answer.parts.map(({ type }) => type)).toEqual(['reasoning', 'text', 'call', 'call'])
    expect(answer.end.reason).toBe('call')
  })
})
