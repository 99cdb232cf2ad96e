/** Where requests go is put together once, and never kept beyond the key that it was made of. */
import { expect, test } from 'bun:test'
import type { UpstreamKey } from '../core/entities.ts'
import { parseModelRequest, parseRequest } from '../protocols/openai/request.ts'
import { azure } from './azure.ts'
import { DEMO_UPSTREAM } from './demo/models.ts'
import { openai } from './openai.ts'

const key: UpstreamKey = { ...DEMO_UPSTREAM, id: 1, baseUrl: 'https://a.test/v1', models: null }
const chat = (model: string) =>
  parseRequest('chat/completions', JSON.stringify({ model, messages: [] }))

test('the same place is given for each request of a key for a model, with a body of its own', () => {
  const first = openai.request(key, 'secret', chat('one'))
  const second = openai.request(key, 'secret', { ...chat('one'), text: '{"model":"one"}' })
  expect(second.headers).toBe(first.headers)
  expect(second.url).toBe('https://a.test/v1/chat/completions')
  expect([first.body, second.body]).toEqual(['{"model":"one","messages":[]}', '{"model":"one"}'])
})

test('another endpoint, model, secret or row is another place', () => {
  const asked = [
    openai.request(key, 'secret', chat('one')),
    openai.request(key, 'secret', parseModelRequest('one')),
    openai.request(key, 'secret', parseModelRequest('two')),
    openai.request(key, 'other', chat('one')),
    openai.request({ ...key, baseUrl: 'https://b.test' }, 'secret', chat('one')),
  ]
  expect(
    asked.map(({ method, url, headers }) => `${method} ${url} ${headers.authorization}`),
  ).toEqual([
    'POST https://a.test/v1/chat/completions Bearer secret',
    'GET https://a.test/v1/models/one Bearer secret',
    'GET https://a.test/v1/models/two Bearer secret',
    'POST https://a.test/v1/chat/completions Bearer other',
    'POST https://b.test/chat/completions Bearer secret',
  ])
})

test('deployments of Azure are told apart by their models', () => {
  const eu = { ...key, baseUrl: 'https://eu.test', deployments: { one: 'first', two: 'second' } }
  const urls = ['one', 'two', 'one'].map((model) => azure.request(eu, 's', chat(model)).url)
  expect(urls).toEqual(
    ['first', 'second', 'first'].map(
      (name) =>
        `https://eu.test/openai/deployments/${name}/chat/completions?api-version=2024-10-21`,
    ),
  )
})
