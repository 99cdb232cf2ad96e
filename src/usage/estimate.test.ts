/** What a request is estimated to cost before it is sent. */
import { describe, expect, test } from 'bun:test'
import { parseRequest } from '../protocols/openai/request.ts'
import { estimateTokens } from './estimate.ts'

const chat = (body: object) =>
  estimateTokens(parseRequest('chat/completions', JSON.stringify({ model: 'm', ...body })))
const said = (content: unknown) => ({ messages: [{ content }] })

describe('the estimate', () => {
  test.each([
    ['', 0],
    ['abcd', 1],
    ['abcde', 2],
    ['é'.repeat(8), 2],
    ['你好，世界', 5],
    ['한국어 か', 5],
    ['𠮷', 1],
    ['ab你好cd', 3],
  ])('of %j is %d tokens: four characters each, a CJK character one', (text, tokens) => {
    expect(chat(said(text))).toBe(tokens)
  })

  test('counts every text a model reads: roles, tools, nested parts', () => {
    expect(
      chat({ messages: [{ role: 'user', content: [{ type: 'text', text: 'x'.repeat(40) }] }] }),
    ).toBe(Math.ceil((4 + 4 + 40) / 4))
    const predicted = { type: 'content', content: 'z'.repeat(400 - 'content'.length) }
    expect(chat({ messages: [], prediction: predicted })).toBe(100)
  })

  test.each(['tools', 'functions', 'response_format'])(
    'counts %s with the names in it, which the model is shown too',
    (member) => {
      const schema = { type: 'file', ['p'.repeat(100)]: { enum: [1, 2, 3], nullable: true } }
      const names = 'type'.length + 'file'.length + 100 + 'enum'.length + 'nullable'.length
      expect(chat({ messages: [], [member]: schema })).toBe(Math.ceil(names / 4) + 3)
    },
  )

  test('counts an image by its usual size, not by its base64', () => {
    const image = {
      type: 'image_url',
      image_url: { url: `data:image/png;base64,${'A'.repeat(10_000)}` },
    }
    expect(chat(said([image]))).toBe(765)
  })

  test('adds what may be generated, for each choice', () => {
    expect(chat({ ...said('abcd'), max_tokens: 100 })).toBe(101)
    expect(chat({ ...said('abcd'), max_completion_tokens: 100, max_tokens: 40, n: 3 })).toBe(301)
  })

  test('of a completion is for each prompt and the best of several', () => {
    const body = { model: 'm', prompt: ['abcd', 'efgh'], max_tokens: 10, best_of: 3 }
    expect(estimateTokens(parseRequest('completions', JSON.stringify(body)))).toBe(2 + 60)
    const suffixed = { model: 'm', prompt: 'abcd', suffix: 'x'.repeat(40) }
    expect(estimateTokens(parseRequest('completions', JSON.stringify(suffixed)))).toBe(11)
    const tokens = { model: 'm', input: [[1, 2, 3], [4]] }
    expect(estimateTokens(parseRequest('embeddings', JSON.stringify(tokens)))).toBe(4)
  })

  test('stays a number that can be summed exactly', () => {
    expect(chat({ ...said('a'), max_tokens: 2 ** 31 - 1, n: 128 })).toBeLessThanOrEqual(2 ** 40)
  })

  test.each([
    [{ max_tokens: -1 }, 0],
    [{ max_tokens: '9' }, 9],
    [{ max_tokens: 9, n: 0 }, 9],
    [{ max_tokens: 9, n: -3 }, 9],
    [{ max_tokens: 9, best_of: 0 }, 9],
    [{ max_tokens: null }, 0],
  ])('reads %j as the most that an upstream can generate', (body, generated) => {
    expect(chat({ ...said('a'), ...body })).toBe(chat(said('a')) + generated)
  })

  test('of a billion choices has a bound', () => {
    expect(chat({ ...said('a'), max_tokens: 2 ** 31 - 1, n: 1e9 })).toBe(2 ** 40)
  })
})
