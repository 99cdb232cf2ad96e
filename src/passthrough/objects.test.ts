/** Which objects and models a body names. */
import { expect, test } from 'bun:test'
import { modelsIn, referencesIn } from './objects.ts'

test('objects are found under their fields, alone, in lists and deep inside', () => {
  const body = {
    input_file_id: 'file-1',
    conversation: { id: 'conv_1' },
    tools: [{ type: 'file_search', vector_store_ids: ['vs_1', 'vs_2'] }],
    input: [{ content: [{ type: 'input_file', file_id: 'file-1' }, { file_id: 'file-2' }] }],
    other: 'file-3',
    file_ids: [1, null],
    constructor: 'x',
  }
  expect(referencesIn(body).map(({ kind, id }) => `${kind} ${id}`)).toEqual([
    'file file-1',
    'conversation conv_1',
    'vector_store vs_1',
    'vector_store vs_2',
    'file file-2',
  ])
  expect(referencesIn('text')).toEqual([])
})

test('models are found wherever they stand', () => {
  const body = { model: 'a', session: { model: 'b' }, runs: [{ options: { model: 'c' } }], x: 1 }
  expect(modelsIn(body)).toEqual(['a', 'b', 'c'])
})
