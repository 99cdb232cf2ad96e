/** With one key of a vendor that speaks several formats, a client of each gets it untouched. */
import { describe, expect, setSystemTime, test } from 'bun:test'
import { upstreamKey } from '../../../../test/support/in-process/entities.ts'
import { inProcess } from '../../../../test/support/in-process/gateway.ts'
import { chat } from '../../../../test/support/spoken/chat.ts'
import type { SpokenFormat } from '../../../../test/support/spoken/format.ts'
import { gemini } from '../../../../test/support/spoken/gemini.ts'
import { spokenAt } from '../../../../test/support/spoken/index.ts'
import { messages } from '../../../../test/support/spoken/messages.ts'
import { responses } from '../../../../test/support/spoken/responses.ts'
import { waitFor } from '../../../../test/support/waiting.ts'
import type { UpstreamKey } from '../../../core/entities.ts'
import { failure } from '../../../core/failure.ts'
import { PRESET_NAMES, PROVIDER_PRESETS } from '../../../core/providers/presets.ts'
import type { WireRequest } from '../../../upstreams/transport.ts'

const DEEPSEEK = 'https://api.deepseek.com'
const OWN = 'https://api.deepseek.com/anthropic/v1/messages'
const TRANSLATED = 'https://api.deepseek.com/chat/completions'
const ANSWER = { id: 'msg_1', pieces: ['Hel', 'lo'], usage: { input: 12, output: 3 } }
const NO_ROUTE = { status: 404, body: '{"error":{"message":"Not Found"}}' }
const bodyOf = ({ body }: WireRequest) => JSON.parse(String(body))

function answering({ url, body }: WireRequest) {
  const format = spokenAt(url)
  const { stream } = JSON.parse(String(body))
  return { body: stream === true ? format.events(ANSWER) : JSON.stringify(format.whole(ANSWER)) }
}

const question = (format: SpokenFormat, stream = false) => ({
  model: 'm',
  ...(stream && { stream }),
  ...format.question('m', stream),
})
const asking = ({ protocol, endpoint }: SpokenFormat) => ({ protocol, endpoint })

function gatewayAt(baseUrl: string, more: Partial<UpstreamKey> = {}, script = answering) {
  return inProcess(script, { upstreams: [upstreamKey(1, { baseUrl, ...more })] })
}

describe('a client of Messages', () => {
  test('reaches DeepSeek in its own format, with the same key, and is charged', async () => {
    const gateway = await gatewayAt(DEEPSEEK)
    const answer = await gateway.ask(question(messages), asking(messages))
    const [sent] = gateway.transport.sent
    expect(sent?.url).toBe(OWN)
    expect(sent?.headers).toMatchObject({
      authorization: 'Bearer secret-of-upstream-key-1',
      'anthropic-version': '2023-06-01',
    })
    expect(bodyOf(sent as WireRequest)).toEqual(question(messages))
    expect(answer.json()).toEqual(messages.whole(ANSWER))
    expect(answer.record).toMatchObject({ promptTokens: 12, completionTokens: 3, estimated: false })
    expect(answer.headers['x-gpt-proxy-losses']).toBeUndefined()
  })

  test('gets the bytes of its stream', async () => {
    const gateway = await gatewayAt(DEEPSEEK)
    const answer = await gateway.ask(question(messages, true), asking(messages))
    expect(answer.text).toBe(messages.events(ANSWER).join(''))
    expect(answer.record).toMatchObject({ promptTokens: 12, completionTokens: 3 })
  })

  test.each([
    ['https://open.bigmodel.cn/api/paas/v4', 'https://open.bigmodel.cn/api/anthropic/v1/messages'],
    ['https://api.z.ai/api/coding/paas/v4', 'https://api.z.ai/api/anthropic/v1/messages'],
    ['https://api.moonshot.cn/v1', 'https://api.moonshot.cn/anthropic/v1/messages'],
    ['https://api.minimax.io/v1', 'https://api.minimax.io/anthropic/v1/messages'],
    ['https://openrouter.ai/api/v1', 'https://openrouter.ai/api/v1/messages'],
    ['https://api.siliconflow.com/v1', 'https://api.siliconflow.com/v1/messages'],
    ['https://api.fireworks.ai/inference/v1', 'https://api.fireworks.ai/inference/v1/messages'],
    [
      'https://ws-1.cn-beijing.maas.aliyuncs.com/compatible-mode/v1',
      'https://ws-1.cn-beijing.maas.aliyuncs.com/apps/anthropic/v1/messages',
    ],
  ])('of a key at %s is sent to %s', async (baseUrl, url) => {
    const gateway = await gatewayAt(baseUrl)
    expect((await gateway.ask(question(messages), asking(messages))).status).toBe(200)
    expect(gateway.transport.sent.map((sent) => sent.url)).toEqual([url])
  })

  test('gets a translation where the operator chose a format, and where no vendor is known', async () => {
    for (const [baseUrl, more] of [
      [DEEPSEEK, { protocol: 'chat' }],
      ['http://127.0.0.1:8000/v1', {}],
      ['https://api.groq.com/openai/v1', {}],
    ] as const) {
      const gateway = await gatewayAt(baseUrl, more)
      const answer = await gateway.ask(question(messages), asking(messages))
      expect(messages.readWhole(answer.json())).toBe('Hello')
      expect(gateway.transport.sent[0]?.url).toBe(`${baseUrl}/chat/completions`)
    }
  })
})

test('clients of the other formats reach such a vendor by its Chat Completions', async () => {
  for (const format of [chat, gemini]) {
    const gateway = await gatewayAt(DEEPSEEK)
    expect((await gateway.ask(question(format), asking(format))).status).toBe(200)
    expect(gateway.transport.sent[0]?.url).toBe(TRANSLATED)
  }
})

describe('a host that lacks the format after all', () => {
  const lacking =
    (refusal: object) =>
    (request: WireRequest): object =>
      request.url === OWN ? refusal : answering(request)

  test.each([
    ['the route is unknown', NO_ROUTE],
    ['the method is unknown', { status: 405, body: '' }],
    [
      'the model is not served there',
      { status: 400, body: '{"error":{"message":"Model m is not supported by this API"}}' },
    ],
  ])('is sent a translation at once, and from then on: %s', async (_, refusal) => {
    const gateway = await gatewayAt(DEEPSEEK, {}, lacking(refusal) as never)
    for (const stream of [false, true]) {
      const answer = await gateway.ask(question(messages, stream), asking(messages))
      expect(answer.status).toBe(200)
      expect(answer.record).toMatchObject({ outcome: 'ok', promptTokens: 12 })
    }
    expect(gateway.transport.sent.map(({ url }) => url)).toEqual([OWN, TRANSLATED, TRANSLATED])
  })

  test('is asked in it again an hour later: one request may have been refused for another reason', async () => {
    const script = (request: WireRequest) =>
      request.url === OWN && bodyOf(request).top_k === 5 ? NO_ROUTE : answering(request)
    const gateway = await gatewayAt(DEEPSEEK, {}, script as never)
    await gateway.ask({ ...question(messages), top_k: 5 }, asking(messages))
    try {
      setSystemTime(Date.now() + 61 * 60_000)
      await gateway.ask(question(messages), asking(messages))
    } finally {
      setSystemTime()
    }
    expect(gateway.transport.sent.map(({ url }) => url)).toEqual([OWN, TRANSLATED, OWN])
  })

  test('is asked in it again for another model', async () => {
    const gateway = await gatewayAt(
      DEEPSEEK,
      { models: ['m', 'other'] },
      lacking(NO_ROUTE) as never,
    )
    await gateway.ask(question(messages), asking(messages))
    await gateway.ask({ ...question(messages), model: 'other' }, asking(messages))
    expect(gateway.transport.sent.map(({ url }) => url)).toEqual([OWN, TRANSLATED, OWN, TRANSLATED])
  })

  test('is asked in it again if it does not know the model in any format', async () => {
    const gateway = await gatewayAt(DEEPSEEK, {}, (() => NO_ROUTE) as never)
    const answer = await gateway.ask(question(messages), asking(messages))
    expect(answer.status).toBe(404)
    expect(gateway.transport.sent.map(({ url }) => url)).toEqual([OWN, TRANSLATED])
  })

  test('that refuses the request for another reason is not asked twice', async () => {
    for (const status of [400, 413, 422, 429]) {
      const refusal = { status, body: '{"error":{"message":"max_tokens is too large"}}' }
      const gateway = await gatewayAt(DEEPSEEK, { models: ['m'] }, lacking(refusal) as never)
      const answer = await gateway.ask(question(messages), asking(messages))
      expect(answer.status).toBe(status)
      expect(gateway.transport.sent.map(({ url }) => url)).not.toContain(TRANSLATED)
    }
  })

  test('leaves no breaker half-open if what is known of it changes under way', async () => {
    const gates = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    let translations = 0
    const script = async (request: WireRequest) => {
      if (request.url === OWN) return NO_ROUTE
      const gate = gates[translations++]
      if (gate === undefined) return answering(request)
      await gate.promise
      return NO_ROUTE
    }
    const gateway = await gatewayAt(DEEPSEEK, {}, script as never)
    const { key } = gateway.services.directory.allUpstreams()[0] as { key: UpstreamKey }
    const failed = failure('server', 'down', { status: 500 })
    for (let at = 0; at < 5; at++)
      gateway.services.health.failed(key, 'm', { failed, request: '', mayMark: false })
    try {
      setSystemTime(Date.now() + 60_000)
      const first = gateway.ask(question(messages), asking(messages))
      await waitFor('its translation', () => translations === 1 || null)
      const second = gateway.ask(question(messages), asking(messages))
      await waitFor('the second translation', () => translations === 2 || null)
      gates[0]?.resolve()
      await first
      gates[1]?.resolve()
      await second
      setSystemTime(Date.now() + 600_000)
      expect((await gateway.ask(question(chat), asking(chat))).status).toBe(200)
    } finally {
      setSystemTime()
    }
  })

  test('answers a client of Responses by a translation as well', async () => {
    const script = (request: WireRequest) =>
      request.url.endsWith('/responses') ? NO_ROUTE : answering(request)
    const gateway = await gatewayAt('https://api.groq.com/openai/v1', {}, script as never)
    const answer = await gateway.ask(question(responses), asking(responses))
    expect(responses.readWhole(answer.json())).toBe('Hello')
    expect(gateway.transport.sent).toHaveLength(2)
  })
})

describe('a vendor of Responses alone', () => {
  test('is sent Responses by clients of all formats', async () => {
    for (const format of [chat, messages, responses, gemini]) {
      const gateway = await gatewayAt(PROVIDER_PRESETS.perplexity.baseUrl)
      const answer = await gateway.ask(question(format), asking(format))
      expect(format.readWhole(answer.json())).toBe('Hello')
      expect(gateway.transport.sent[0]?.url).toBe('https://api.perplexity.ai/v1/responses')
    }
  })
})

test('every path for Messages is one below the host', () => {
  for (const name of PRESET_NAMES) {
    const { messages: path } = PROVIDER_PRESETS[name]
    if (path !== null) expect(path).toMatch(/^(?:\/[\w/-]*\w)?$/)
  }
})
