/** The list of models in the form of each client's vendor. */
import { expect, test } from 'bun:test'
import { entryFor, geminiEntry, listFor } from './model-forms.ts'

const entry = {
  id: 'gpt-5.1',
  object: 'model',
  created: 1_700_000_000,
  owned_by: 'openai',
  display_name: 'GPT-5.1',
  context_window: 400_000,
  max_output_tokens: 128_000,
  pricing: { prompt: '0.00000125' },
}
const list = { object: 'list' as const, data: [entry] }
const anthropic = { get: (name: string) => (name === 'anthropic-version' ? '2023-06-01' : null) }
const other = { get: () => null }

test('a client of OpenAI’s form gets all that is known', () => {
  expect(listFor(other, list)).toEqual(list)
  expect(entryFor(other, entry)).toEqual(entry)
})

test('a client of Anthropic gets name, date and limits in its words', () => {
  const expected = {
    type: 'model',
    id: 'gpt-5.1',
    display_name: 'GPT-5.1',
    created_at: '2023-11-14T22:13:20.000Z',
    max_input_tokens: 400_000,
    max_tokens: 128_000,
  }
  expect(listFor(anthropic, list)).toEqual({
    data: [expected],
    has_more: false,
    first_id: 'gpt-5.1',
    last_id: 'gpt-5.1',
  })
  const { context_window: _, max_output_tokens: __, ...bare } = entry
  expect(entryFor(anthropic, bare)).toMatchObject({ max_input_tokens: null, max_tokens: null })
})

test('a client of Gemini gets a resource name and limits in its words', () => {
  expect(geminiEntry(entry)).toMatchObject({
    name: 'models/gpt-5.1',
    displayName: 'GPT-5.1',
    inputTokenLimit: 400_000,
    outputTokenLimit: 128_000,
  })
  expect(geminiEntry({ id: 'x' })).not.toHaveProperty('inputTokenLimit')
})
