/** What an upstream counted for an answer that the client did not get: recorded with its attempt, not charged. */
import { describe, expect, test } from 'bun:test'
import { modelOf, modelTarget, upstreamKey } from '../../../test/support/in-process/entities.ts'
import {
  type Answered,
  chat,
  completion,
  DONE,
  event,
  inProcess,
  piece,
  streamed,
} from '../../../test/support/in-process/gateway.ts'
import type { Part } from '../../../test/support/in-process/scripted-transport.ts'
import { messageEvents, eventText as named } from '../../../test/support/message-events.ts'
import type { ProviderName } from '../../core/providers/providers.ts'

const COUNTED = { prompt_tokens: 70, completion_tokens: 30, total_tokens: 100 }
const counted = event({ id: 'c', choices: [], usage: COUNTED })

/** The first target replies with these parts, the second with a sound answer. */
async function ask(provider: ProviderName, stream: boolean, parts: readonly Part[]) {
  const gateway = await inProcess(
    (_, index) => {
      if (index === 0) return { body: parts }
      return {
        body: stream ? [piece('Hello'), piece({}, 'stop'), counted, DONE] : [completion('Hello')],
      }
    },
    {
      upstreams: [upstreamKey(1, { provider }), upstreamKey(2, { provider: 'compatible' })],
      models: [modelOf([modelTarget(1), modelTarget(2)], { fallbackOnFilter: true })],
    },
  )
  const model = 'fast'
  return gateway.ask(stream ? streamed({ model }) : chat({ model }))
}

function expectUncharged({ text, record }: Answered, used: object): void {
  expect(text).toContain('Hello')
  expect(record?.outcome).toBe('ok')
  expect(record?.attempts[0]?.used).toMatchObject({ ...used, charged: 'nothing', model: 'm' })
  expect(record?.attempts[1]?.used).toBeUndefined()
}

describe("an answer that didn't reach the client", () => {
  const filtered = completion('', {
    choices: [
      { index: 0, message: { role: 'assistant', content: '' }, finish_reason: 'content_filter' },
    ],
    usage: COUNTED,
  })

  test('because a filter emptied it, has the tokens that were reported', async () => {
    const used = { promptTokens: 70, completionTokens: 30, totalTokens: 100 }
    expectUncharged(await ask('compatible', false, [filtered]), used)
    const stream = [piece({ role: 'assistant' }), piece({}, 'content_filter'), counted, DONE]
    expectUncharged(await ask('compatible', true, [stream.join('')]), used)
    expectUncharged(await ask('compatible', true, stream), used)
  })

  test('because its stream broke before the first word, has the tokens that were reported', async () => {
    const [start = ''] = messageEvents([{ type: 'text', text: 'Hello' }]).map(named)
    const error = named({ type: 'error', error: { type: 'overloaded_error', message: 'busy' } })
    for (const parts of [[start], [start, error]]) {
      const answered = await ask('anthropic', true, parts)
      expect(answered.record?.attempts[0]?.used?.promptTokens).toBeGreaterThan(0)
      expectUncharged(answered, {})
    }
  })

  test('and that reported nothing, has none', async () => {
    const { record } = await ask('compatible', true, [piece({ role: 'assistant' })])
    expect(record?.attempts.map(({ used }) => used)).toEqual([undefined, undefined])
  })
})
