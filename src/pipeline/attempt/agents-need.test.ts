/** What agents need of any upstream: ends, errors and counts in their own format, and bytes that nothing has touched. */
import { describe, expect, test } from 'bun:test'
import { modelOf, modelTarget, upstreamKey } from '../../../test/support/in-process/entities.ts'
import { inProcess } from '../../../test/support/in-process/gateway.ts'
import type { ScriptedReply } from '../../../test/support/in-process/scripted-transport.ts'
import { chat } from '../../../test/support/spoken/chat.ts'
import type { SpokenFormat } from '../../../test/support/spoken/format.ts'
import { SPOKEN } from '../../../test/support/spoken/index.ts'
import { messages } from '../../../test/support/spoken/messages.ts'
import type { ModelParameters } from '../../core/entities.ts'
import type { GatewayError } from '../../core/errors.ts'

const ANSWER = { id: 'a1', pieces: ['Hel', 'lo'], usage: { input: 41, output: 9 } }
const PAIRS = SPOKEN.flatMap((client) =>
  SPOKEN.map((upstream) => ({ client, upstream, from: client.name, to: upstream.name })),
)
/** An upstream that is sent this format, whatever its clients speak. */
const keyFor = ({ name, provider }: SpokenFormat) =>
  upstreamKey(1, {
    provider,
    ...((name === 'chat' || name === 'responses') && { protocol: name }),
  })

async function answered(
  client: SpokenFormat,
  upstream: SpokenFormat,
  reply: ScriptedReply,
  stream = true,
) {
  const gateway = await inProcess(() => reply, { upstreams: [keyFor(upstream)] })
  const { protocol, endpoint } = client
  const question = { model: 'm', stream, ...client.question('m', stream) }
  return { gateway, ...(await gateway.ask(question, { protocol, endpoint })) }
}

describe.each(PAIRS)('a $from client of a $to upstream', ({ client, upstream }) => {
  test('is charged the same for a stream as for a whole answer', async () => {
    const body = upstream.events(ANSWER).join('')
    const streamed = await answered(client, upstream, { body })
    const whole = await answered(
      client,
      upstream,
      { body: JSON.stringify(upstream.whole(ANSWER)) },
      false,
    )
    const tokens = { promptTokens: 41, completionTokens: 9, totalTokens: 50, estimated: false }
    expect(streamed.record).toMatchObject(tokens)
    expect(whole.record).toMatchObject(tokens)
  })

  test('hears of an error in the middle once, in its own form, and of no tidy end', async () => {
    const [head, said] = [upstream.events(ANSWER).slice(0, upstream.head + 1), 'It broke']
    const { text, record } = await answered(client, upstream, {
      body: [...head, upstream.errorEvent(said), 'stall'],
    })
    const read = client.read(text)
    expect(read.errors).toHaveLength(1)
    expect([read.reasons, text.includes('[DONE]')]).toEqual([[], false])
    expect(record?.outcome).not.toBe('ok')
  })

  test('hears of an answer that is cut off as of an error', async () => {
    const head = upstream.events(ANSWER).slice(0, upstream.head + 1)
    const { text } = await answered(client, upstream, { body: [...head, 'cut'] })
    const read = client.read(text)
    expect([read.errors.length, read.reasons, text.includes('[DONE]')]).toEqual([1, [], false])
  })

  test('learns when to retry, even if the upstream did not say', async () => {
    const body = JSON.stringify(upstream.error(429, 'Slow down', 'rate_limit_exceeded'))
    const { status, headers } = await answered(client, upstream, { status: 429, body })
    expect(status).toBe(429)
    expect(Number(headers['retry-after'])).toBeGreaterThan(0)
  })

  test('never mistakes a refused upstream key for its own', async () => {
    const body = JSON.stringify(upstream.error(401, 'No such key', 'invalid_api_key'))
    const { status, gateway } = await answered(client, upstream, { status: 401, body })
    expect([502, 503]).toContain(status)
    // The key is out of order from then on; the model is still there.
    const { protocol, endpoint } = client
    const again = await gateway
      .ask({ model: 'm', ...client.question('m', false) }, { protocol, endpoint })
      .catch((error: GatewayError) => error)
    expect(again.status).toBeGreaterThanOrEqual(500)
  })
})

test('a turn that is asked again charges what the upstream charged, each time', async () => {
  const gateway = await inProcess(() => ({ body: JSON.stringify(chat.whole(ANSWER)) }), {
    upstreams: [keyFor(chat)],
  })
  const ask = () => gateway.ask({ ...messages.question('m', false) }, messages)
  const records = [await ask(), await ask()].map(({ record }) => record?.totalTokens)
  expect(records).toEqual([50, 50])
})

describe('bytes of the same format', () => {
  const asked = (body: string) => ({
    text: `{"model":"m","max_tokens":9,"messages":[${body}]}`,
  })

  test("keep ids of another style, and ids of items that aren't stored", async () => {
    const call =
      '{"id":"functions.Bash:0","type":"function","function":{"name":"f","arguments":"{}"}}'
    const { text } = asked(`{"role":"assistant","tool_calls":[${call}]}`)
    const gateway = await inProcess(() => ({ body: JSON.stringify(chat.whole(ANSWER)) }))
    await gateway.ask(text)
    expect(gateway.transport.sent[0]?.body).toBe(text)
  })

  // Escapes, blanks and half a character: any change would show.
  const thought =
    '{"type":"thinking","thinking":"  \\u0041 caf\\u00e9 \\ud83e \\/ \\n ","signature":"Eq+/=="}'
  const { text: thinking } = asked(`{"role":"assistant","content":[${thought}]}`)
  const sentWith = async (parameters: ModelParameters) => {
    const gateway = await inProcess(() => ({ body: JSON.stringify(messages.whole(ANSWER)) }), {
      upstreams: [upstreamKey(1, { provider: 'anthropic', models: ['claude-x'] })],
      models: [modelOf([modelTarget(1, { model: 'claude-x' })], { name: 'm', parameters })],
    })
    expect((await gateway.ask(thinking, messages)).status).toBe(200)
    return String(gateway.transport.sent[0]?.body)
  }

  test('of a thought stay under another model’s name', async () => {
    const sent = await sentWith({ default: {}, set: {}, drop: [] })
    expect(sent).toContain(thought)
    expect(JSON.parse(sent).model).toBe('claude-x')
  })

  test('of a thought stay identical, also with an operator’s parameters', async () => {
    const parameters = { default: { top_p: 0.5 }, set: { temperature: 0 }, drop: ['max_tokens'] }
    const sent = JSON.parse(await sentWith(parameters))
    expect(sent).toMatchObject({ model: 'claude-x', temperature: 0, top_p: 0.5 })
    expect(sent.messages[0].content).toEqual([JSON.parse(thought)])
  })
})
