/** A destination is put together once, and never kept beyond the key that it was made of. */
import { expect, test } from 'bun:test'
import type { UpstreamKey } from '../core/entities.ts'
import { parseRequest } from '../protocols/openai/request.ts'
import { azure } from './azure.ts'
import { compatible } from './compatible.ts'
import { DEMO_UPSTREAM } from './demo/models.ts'
import { openai } from './openai.ts'

const key: UpstreamKey = { ...DEMO_UPSTREAM, id: 1, baseUrl: 'https://a.test/v1', models: null }
const chat = (model: string) =>
  parseRequest('chat/completions', JSON.stringify({ model, messages: [] }))

test('every request of a key for a model to an endpoint has the same destination', () => {
  const first = openai.destination(key, 'secret', chat('one'))
  const second = openai.destination(key, 'secret', { ...chat('one'), text: '{"model":"one"}' })
  expect(second).toBe(first)
  expect(second.url).toBe('https://a.test/v1/chat/completions')
})

test('another endpoint, model, secret or row has another destination', () => {
  const asked = [
    openai.destination(key, 'secret', chat('one')),
    openai.destination(key, 'secret', parseRequest('models', 'one')),
    openai.destination(key, 'secret', parseRequest('models', 'two')),
    openai.destination(key, 'other', chat('one')),
    openai.destination({ ...key, baseUrl: 'https://b.test' }, 'secret', chat('one')),
  ]
  expect(asked.map(({ url, headers }) => `${url} ${headers.authorization}`)).toEqual([
    'https://a.test/v1/chat/completions Bearer secret',
    'https://a.test/v1/models/one Bearer secret',
    'https://a.test/v1/models/two Bearer secret',
    'https://a.test/v1/chat/completions Bearer other',
    'https://b.test/chat/completions Bearer secret',
  ])
})

test('deployments of Azure are distinguished by their models', () => {
  const eu = { ...key, baseUrl: 'https://eu.test', deployments: { one: 'first', two: 'second' } }
  const urls = ['one', 'two', 'one'].map((model) => azure.destination(eu, 's', chat(model)).url)
  expect(urls).toEqual(
    ['first', 'second', 'first'].map(
      (name) =>
        `https://eu.test/openai/deployments/${name}/chat/completions?api-version=2024-10-21`,
    ),
  )
})

test.each([
  ['https://api.x.ai/v1', true, true],
  ['https://api.fireworks.ai/inference/v1', true, true],
  ['https://api.deepseek.com', true, false],
  ['https://api.groq.com/openai/v1', true, false],
  ['https://openrouter.ai/api/v1', true, false],
  ['https://api.cerebras.ai/v1', false, true],
  ['http://127.0.0.1:11434/v1', false, true],
])('%s takes Responses: %p, keeps them if it does: %p', (baseUrl, takes, keeps) => {
  const row: UpstreamKey = { ...key, provider: 'compatible', baseUrl }
  expect(compatible.speaks?.(row, 'responses')).toBe(takes)
  expect(compatible.keepsResponses?.(row)).toBe(keeps)
})
