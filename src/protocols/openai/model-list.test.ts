/** Lists of models in the forms in which upstreams give them. */
import { expect, test } from 'bun:test'
import { readModelList } from './model-list.ts'

test.each([
  ['OpenAI', { object: 'list', data: [{ id: 'a' }, { id: 'b' }] }],
  ['Together', [{ id: 'a', context_length: 8192 }, { id: 'b' }]],
  ['Ollama', { models: [{ name: 'a', model: 'a' }, { name: 'b' }] }],
  ['Google', { models: [{ name: 'models/a' }, { name: 'models/b' }] }],
  ['names', ['a', 'b']],
  ['names below', { data: ['a', 'b'] }],
  ['Azure', { value: [{ id: 'a' }, { id: 'b' }] }],
  ['a wrapper', { code: 0, result: { data: [{ id: 'a' }, { id: 'b' }] } }],
  [
    'entries without a name beside them',
    { data: [{ id: 'a' }, {}, null, 7, { id: '' }, { id: 'b' }] },
  ],
])("%s' list is read", (_, value) => {
  expect(readModelList(value)?.map(({ id }) => id)).toEqual(['a', 'b'])
})

test.each([[null], [{}], ['text'], [{ detail: 'Not Found' }]])('%j is not a list', (value) => {
  expect(readModelList(value)).toBeNull()
})
