/** Upstreams that answer in their own ways. */
import { describe, expect, test } from 'bun:test'
import { upstreamKey } from '../../../test/support/in-process/entities.ts'
import {
  chat,
  completion,
  DONE,
  event,
  inProcess,
  piece,
  streamed,
  usageEvent,
} from '../../../test/support/in-process/gateway.ts'
import type { Script } from '../../../test/support/in-process/scripted-transport.ts'
import { SPOKEN } from '../../../test/support/spoken/index.ts'

const STREAM = [piece('in '), piece('parts'), piece({}, 'stop'), usageEvent, DONE].join('')

describe('a reply', () => {
  test.each([200, 201, 203, 299])('with status %i is an answer', async (status) => {
    const gateway = await inProcess(() => ({ status, body: completion('x') }))
    expect((await gateway.ask(chat())).text).toBe(completion('x'))
  })

  test.each(['application/json', 'text/plain', 'text/html', ''])(
    'labelled %p is read by its first byte',
    async (type) => {
      const headers = { 'content-type': type }
      const gateway = await inProcess(({ body }) => ({
        headers,
        body: String(body).includes('"stream":true') ? `\r\n${STREAM}` : `\n\n${completion('x')}`,
      }))
      expect((await gateway.ask(streamed())).record).toMatchObject({
        outcome: 'ok',
        totalTokens: 15,
      })
      expect((await gateway.ask(chat())).json().choices[0].message.content).toBe('x')
    },
  )

  test('that streams although a whole answer was asked for is put together', async () => {
    const gateway = await inProcess(() => ({ body: STREAM }))
    const answer = await gateway.ask(chat())
    expect(answer.json().choices).toEqual([
      { index: 0, message: { role: 'assistant', content: 'in parts' }, finish_reason: 'stop' },
    ])
    expect(answer.record).toMatchObject({ totalTokens: 15, estimated: false })
  })

  test('that is whole although a stream was asked for is sent as events', async () => {
    const gateway = await inProcess(() => ({ body: completion('whole') }))
    const answer = await gateway.ask(streamed())
    expect(answer.headers['content-type']).toStartWith('text/event-stream')
    expect(answer.text).toContain('"delta":{"role":"assistant","content":"whole"}')
    expect(answer.text).toEndWith(DONE)
    expect(answer.text).not.toContain('"usage"')
    expect(answer.record).toMatchObject({ totalTokens: 15, estimated: false })
  })

  test('that is a page of HTML is a failure', async () => {
    const gateway = await inProcess(() => ({ body: '<html>Sign in to the hotel network</html>' }))
    expect((await gateway.ask(chat())).status).toBe(502)
  })

  test('that contains an ordinary word which is also its key passes whole', async () => {
    const gateway = await inProcess(() => ({ body: completion('Start lm-studio first.') }))
    expect((await gateway.ask(chat())).text).toContain('lm-studio')
  })

  test.each([
    ['NaN', '"logprobs":NaN,"index":0'],
    ['a bare line break in a text', '"x":"a\nb","index":0'],
  ])('that holds %s is an answer', async (_, fields) => {
    const odd = completion('x').replace('"index":0', fields)
    const gateway = await inProcess(() => ({ body: odd }))
    const answer = await gateway.ask(chat())
    expect(answer.text).toBe(odd)
    expect(answer.record).toMatchObject({ totalTokens: 15, estimated: false })
  })

  test('that streams NaN is passed as it came, and nothing is asked for again', async () => {
    const odd = STREAM.replace('"index":0', '"logprobs":NaN,"index":0')
    const gateway = await inProcess(() => ({ body: odd }))
    const answer = await gateway.ask(streamed())
    expect(answer.text).toContain('"logprobs":NaN')
    expect(answer.record).toMatchObject({ outcome: 'ok', totalTokens: 15 })
    expect(gateway.transport.sent).toHaveLength(1)
  })

  test('may begin with a byte order mark', async () => {
    const gateway = await inProcess(() => ({ body: `\uFEFF${completion('x')}` }))
    expect((await gateway.ask(chat())).record).toMatchObject({ outcome: 'ok', totalTokens: 15 })
  })

  test('passes events that the gateway cannot read', async () => {
    const odd = 'event: odd\ndata: not json\n\n'
    const gateway = await inProcess(() => ({ body: piece('a') + odd + piece({}, 'stop') + DONE }))
    expect((await gateway.ask(streamed())).text).toContain(odd)
  })
})

describe('an error', () => {
  const MESSAGE = 'the context is too long'
  test.each([
    ['an object', { error: { message: MESSAGE, type: 'x', code: 400 } }],
    ['a text', { error: MESSAGE }],
    ['flat', { object: 'error', message: MESSAGE, type: 'BadRequestError', code: 400 }],
    ['FastAPI', { detail: MESSAGE }],
    ["FastAPI's list", { detail: [{ loc: ['body', 'x'], msg: MESSAGE, type: 'value_error' }] }],
    ['a list', [{ error: { code: 400, message: MESSAGE, status: 'INVALID_ARGUMENT' } }]],
    ['a list below', { errors: [{ message: MESSAGE }] }],
    ['Mistral', { message: MESSAGE, request_id: 'r' }],
    ['Baidu', { error_code: 336003, error_msg: MESSAGE }],
    ['DashScope', { code: 'InvalidParameter', message: MESSAGE, request_id: 'r' }],
    ['problem details', { title: 'Bad', status: 400, detail: MESSAGE }],
    ['plain text', MESSAGE],
  ])('as %s keeps its message', async (_, body) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    const gateway = await inProcess(() => ({ status: 400, body: text }))
    const answer = await gateway.ask(chat())
    expect(answer.status).toBe(400)
    expect(answer.json().error.message).toContain(MESSAGE)
    expect(gateway.transport.sent).toHaveLength(1)
  })

  test.each([
    ['whole', { error: { message: 'no such field', type: 'invalid_request_error' } }, chat()],
    [
      'MiniMax',
      { base_resp: { status_code: 1004, status_msg: 'no such field' }, choices: null },
      chat(),
    ],
    [
      'in a stream',
      { error: { message: 'no such field', type: 'invalid_request_error' } },
      streamed(),
    ],
  ])('that came with 200 is none the less an error (%s)', async (_, body, asked) => {
    const text = JSON.stringify(body)
    const gateway = await inProcess(() => ({ body: 'stream' in asked ? event(body) : text }))
    const answer = await gateway.ask(asked)
    expect(answer.status).toBeGreaterThanOrEqual(400)
    expect(answer.record?.totalTokens).toBe(0)
  })
})

describe('an upstream that refuses to be asked for usage', () => {
  const refusing: Script = ({ body }) =>
    String(body).includes('stream_options')
      ? {
          status: 400,
          body: '{"error":{"message":"Unrecognized request argument: stream_options"}}',
        }
      : { body: [piece('a'), piece({}, 'stop'), DONE] }

  test('is asked again without, and that is remembered', async () => {
    const gateway = await inProcess(refusing)
    const first = await gateway.ask(streamed())
    expect(first.status).toBe(200)
    expect(first.record?.attempts).toHaveLength(1)
    expect(gateway.transport.sent).toHaveLength(2)
    await gateway.ask(streamed())
    expect(gateway.transport.sent).toHaveLength(3)
  })

  test('is not sent again if the client asked for it, or if something else was refused', async () => {
    const asked = await inProcess(refusing)
    const answer = await asked.ask(streamed({ stream_options: { include_usage: true } }))
    expect([answer.status, asked.transport.sent.length]).toEqual([400, 1])
    const other = await inProcess(() => ({ status: 400, body: '{"error":{"message":"too long"}}' }))
    await other.ask(streamed())
    expect(other.transport.sent).toHaveLength(1)
  })

  const others = SPOKEN.filter(({ protocol }) => protocol !== 'openai')
  test.each(others.map((client) => [client.name, client] as const))(
    'is asked without that for a client of %s, and the next time at once',
    async (_, client) => {
      const upstreams = [upstreamKey(1, { provider: 'compatible' })]
      const gateway = await inProcess(refusing, { upstreams })
      const { protocol, endpoint } = client
      const question = { model: 'm', stream: true, ...client.question('m', true) }
      for (const sent of [2, 3]) {
        const answer = await gateway.ask(question, { protocol, endpoint })
        expect(answer.status).toBe(200)
        expect(answer.record).toMatchObject({ outcome: 'ok' })
        expect(gateway.transport.sent).toHaveLength(sent)
      }
    },
  )
})

test('an account without money that Anthropic reports as a bad request reaches the client as such', async () => {
  const message = 'Your credit balance is too low to access the Anthropic API. Please go to Plans'
  const body = JSON.stringify({ error: { type: 'invalid_request_error', message } })
  const gateway = await inProcess(() => ({ status: 400, body }))
  const answer = await gateway.ask(chat())
  expect(answer.status).toBe(400)
  expect(answer.json().error.message).toContain(message)
  expect(gateway.transport.sent).toHaveLength(1)
})
