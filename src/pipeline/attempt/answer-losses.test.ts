/** What shows only in an answer: that its client's format has no place for part of it. */
import { describe, expect, test } from 'bun:test'
import { upstreamKey } from '../../../test/support/in-process/entities.ts'
import { completion, event, inProcess, piece } from '../../../test/support/in-process/gateway.ts'

const images = [{ type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=' } }]
const question = { model: 'm', max_tokens: 9, messages: [{ role: 'user', content: 'Draw a cat' }] }
const MESSAGES = { protocol: 'anthropic', endpoint: 'messages' } as const
const LOSS = 'content dropped'

const whole = completion('', {
  choices: [
    {
      index: 0,
      message: { role: 'assistant', content: 'A cat.', images },
      finish_reason: 'stop',
    },
  ],
})
const END = piece({}, 'stop') + event('[DONE]')

const gatewayWith = (body: string | string[], apiKey = {}) =>
  inProcess(() => ({ body }), { upstreams: [upstreamKey(1)], apiKey })

describe('a picture for a client of Messages', () => {
  test('is reported in the header and in the record of a whole answer', async () => {
    const answer = await (await gatewayWith(whole)).ask(question, MESSAGES)
    expect(answer.json().content).toEqual([{ type: 'text', text: 'A cat.' }])
    expect(answer.headers['x-gpt-proxy-losses']).toBe(LOSS)
    expect(answer.record?.attempts.at(-1)?.losses).toEqual([LOSS])
  })

  test('is reported in the record of a stream that began before it came', async () => {
    const gateway = await gatewayWith([piece('A cat.'), piece({ images }), END])
    const answer = await gateway.ask({ ...question, stream: true }, MESSAGES)
    expect(answer.text).toContain('message_stop')
    expect(answer.record?.attempts.at(-1)?.losses).toEqual([LOSS])
  })

  test('is reported in the header of a stream that begins with it', async () => {
    const gateway = await gatewayWith([piece({ images }) + piece('A cat.'), END])
    const answer = await gateway.ask({ ...question, stream: true }, MESSAGES)
    expect(answer.headers['x-gpt-proxy-losses']).toBe(LOSS)
    expect(answer.record?.attempts.at(-1)?.losses).toEqual([LOSS])
  })

  test('is reported once if a whole answer came where a stream was asked for', async () => {
    const answer = await (await gatewayWith(whole)).ask({ ...question, stream: true }, MESSAGES)
    expect(answer.headers['x-gpt-proxy-losses']).toBe(LOSS)
    expect(answer.record?.attempts.at(-1)?.losses).toEqual([LOSS])
  })

  test('does not take away an answer from a key that accepts no loss: it is paid for', async () => {
    const answer = await (await gatewayWith(whole, { strict: true })).ask(question, MESSAGES)
    expect(answer.status).toBe(200)
    expect(answer.headers['x-gpt-proxy-losses']).toBe(LOSS)
  })
})
