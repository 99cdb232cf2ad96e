/** The list of models in the form of each client's vendor. */
import { expect, test } from 'bun:test'
import { entryFor, geminiEntry, geminiList, listFor } from './model-forms.ts'

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
const ALL = new URLSearchParams()

test('a client of OpenAI’s form gets all that is known', () => {
  expect(listFor(other, list, ALL)).toEqual(list)
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
    owned_by: 'openai',
    pricing: { prompt: '0.00000125' },
  }
  expect(listFor(anthropic, list, ALL)).toEqual({
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

test('an embedding model is known to a client of Gemini by what it does', () => {
  expect(geminiEntry({ id: 'text-embedding-3-small' })).toMatchObject({
    supportedGenerationMethods: ['embedContent'],
  })
})

const five = { object: 'list' as const, data: ['a', 'b', 'c', 'd', 'e'].map((id) => ({ id })) }
const asked = (query: Record<string, string>) => new URLSearchParams(query)

test.each([
  [{}, 'abcde', false],
  [{ limit: '2' }, 'ab', true],
  [{ limit: '2', after_id: 'b' }, 'cd', true],
  [{ limit: '2', after_id: 'd' }, 'e', false],
  [{ after_id: 'e' }, '', false],
  [{ limit: '2', before_id: 'd' }, 'bc', true],
  [{ limit: '5', before_id: 'd' }, 'abc', false],
  [{ limit: '1000' }, 'abcde', false],
])('a client of Anthropic that asks for %p gets %p of five models', (query, ids, more) => {
  const page = listFor(anthropic, five, asked(query)) as { data: { id: string }[] }
  expect(page.data.map(({ id }) => id).join('')).toBe(ids)
  const ends = { first_id: ids[0] ?? null, last_id: ids.at(-1) ?? null }
  expect(page).toMatchObject({ has_more: more, ...ends })
})

test('a client of Gemini reads all pages by their tokens', () => {
  const read: string[] = []
  let pageToken = ''
  do {
    const page = geminiList(five, asked({ pageSize: '2', pageToken })) as {
      models: { name: string }[]
      nextPageToken?: string
    }
    expect(page.models.length).toBeLessThanOrEqual(2)
    read.push(...page.models.map(({ name }) => name))
    pageToken = page.nextPageToken ?? ''
  } while (pageToken !== '')
  expect(read).toEqual(['a', 'b', 'c', 'd', 'e'].map((id) => `models/${id}`))
  expect(geminiList(five, asked({ pageSize: '5000' }))).not.toHaveProperty('nextPageToken')
})

test.each([
  [() => listFor(anthropic, five, asked({ limit: '0' })), 'limit'],
  [() => listFor(anthropic, five, asked({ limit: '1001' })), 'limit'],
  [() => listFor(anthropic, five, asked({ limit: 'x' })), 'limit'],
  [() => listFor(anthropic, five, asked({ after_id: 'gone' })), 'after_id'],
  [() => geminiList(five, asked({ pageSize: '-1' })), 'pageSize'],
  [() => geminiList(five, asked({ pageToken: 'no' })), 'pageToken'],
])('%p: a page that there is not is refused by the name of %p', (run, param) => {
  expect(run).toThrow(expect.objectContaining({ code: 'invalid_request', param }))
})
