/** An answer that its upstream gave up, by its finish reason, is broken also where the client's format passes. */
import { describe, expect, test } from 'bun:test'
import { upstreamKey } from '../../../test/support/in-process/entities.ts'
import { inProcess } from '../../../test/support/in-process/gateway.ts'

const WORDS = ['error', 'abort', 'insufficient_system_resource', 'network_error']
const KEYS = [1, 2].map((id) =>
  upstreamKey(id, { provider: 'compatible', baseUrl: `http://up-${id}.test/v1` }),
)
const QUESTION = { model: 'm', messages: [{ role: 'user', content: 'Hello' }] }

const usage = { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 }
const event = (choice: object, more: object = {}) =>
  `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [{ index: 0, ...choice }], ...more })}\n\n`
const BEGINNING = event({ delta: { role: 'assistant', content: 'The capital of' } })
const REST = [
  event({ delta: { content: ' France is Paris.' } }),
  event({ delta: {}, finish_reason: 'stop' }, { usage }),
  'data: [DONE]\n\n',
]
const givenUp = (word: string) => [
  BEGINNING,
  event({ delta: {}, finish_reason: word }, { usage }),
  'data: [DONE]\n\n',
]
const whole = (content: string, reason: string) =>
  JSON.stringify({
    ...{ id: 'c', object: 'chat.completion', created: 1, model: 'm', usage },
    choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: reason }],
  })

describe.each(WORDS)('finish_reason %s', (word) => {
  test('of a stream lets another key continue', async () => {
    const gateway = await inProcess(
      (_request, index) => ({ body: index === 0 ? givenUp(word) : REST }),
      { upstreams: KEYS },
    )
    const { text, record } = await gateway.ask({ ...QUESTION, stream: true })
    expect(text).not.toContain(`"${word}"`)
    expect(text).toContain(' France is Paris.')
    expect(text).toEndWith('data: [DONE]\n\n')
    expect(record?.outcome).toBe('ok')
    expect(record?.attempts).toHaveLength(2)
  })

  test('of a stream ends it with an error event if no other key is left', async () => {
    const gateway = await inProcess(() => ({ body: givenUp(word) }), {
      upstreams: KEYS.slice(0, 1),
      services: { rescue: { mode: 'off', charge: 'answer' } },
    })
    const { text, record } = await gateway.ask({ ...QUESTION, stream: true })
    expect(text).toContain('"error":{"message":"upstream up-1: ')
    expect(text).not.toContain('[DONE]')
    expect(record).toMatchObject({ outcome: 'cut', completionTokens: 4 })
  })

  test('of a whole answer is a failure, and another key answers', async () => {
    const gateway = await inProcess(
      (_request, index) => ({ body: index === 0 ? whole('The', word) : whole('Paris', 'stop') }),
      { upstreams: KEYS },
    )
    const answer = await gateway.ask(QUESTION)
    expect(answer.status).toBe(200)
    expect(answer.text).toContain('Paris')
    expect(answer.record?.attempts).toHaveLength(2)
  })
})
