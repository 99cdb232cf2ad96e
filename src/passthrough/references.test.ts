/** Which objects and models a body names. */
import { expect, test } from 'bun:test'
import { modelsIn, referencesIn, referencesInQuery, sharedSourceIn, wordsOf } from './references.ts'

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

test('objects are found by their type, as the sources of evals name them', () => {
  const body = { data_source: { source: { type: 'file_id', id: 'file-1' }, type: 'jsonl' } }
  expect(referencesIn(body)).toEqual([{ kind: 'file', id: 'file-1' }])
})

test('what a model wrote or a schema describes names no object', () => {
  const call = { type: 'tool_use', id: 'toolu_1', name: 'open', input: { file_id: 'file-1' } }
  const tool = { name: 'open', input_schema: { properties: { file_id: { id: 'file-2' } } } }
  const body = { messages: [{ content: [call] }], tools: [tool], metadata: { file_id: 'file-3' } }
  expect(referencesIn(body)).toEqual([])
})

test('every one of 2,000 objects is found, and more than 5,000 are refused', () => {
  const ids = (count: number) => Array.from({ length: count }, (_, at) => `file-${at}`)
  expect(referencesIn({ file_ids: ids(2_000) })).toHaveLength(2_000)
  expect(referencesIn({ file_ids: [...ids(5_000), ...ids(5_000)] })).toHaveLength(5_000)
  expect(() => referencesIn({ file_ids: ids(5_001) })).toThrow('more than 5000')
})

test('queries name objects, realtime calls among them', () => {
  expect(referencesInQuery('?model=m&call_id=rtc_1&file_ids%5B%5D=file-1&video=')).toEqual([
    { kind: 'call', id: 'rtc_1' },
    { kind: 'file', id: 'file-1' },
  ])
})

test.each([
  ['file_ids[]', ['file_ids']],
  [
    'tool_resources[file_search][vector_store_ids][0]',
    ['tool_resources', 'file_search', 'vector_store_ids'],
  ],
  ['session.model', ['session', 'model']],
  ['[]', []],
])('the form field %s has the words %j', (name, words) => {
  expect(wordsOf(name)).toEqual(words)
})

test('sources that hold what all users have stored are found', () => {
  const source = (type: string) => ({ data_source: { type: 'completions', source: { type } } })
  expect(sharedSourceIn(source('stored_completions'))).toBe('stored_completions')
  expect(sharedSourceIn({ data_source: { source: { type: 'responses' } } })).toBe('responses')
  expect(sharedSourceIn(source('file_content'))).toBeNull()
  expect(sharedSourceIn({ data_source_config: { type: 'custom' } })).toBeNull()
})
