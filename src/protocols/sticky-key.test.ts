/** A conversation stays recognisable as it grows, in each format. */
import { expect, test } from 'bun:test'
import { stickyKeyOf } from './sticky-key.ts'

test('a conversation is known by its cache key, else by its beginning, else by its user', () => {
  const messages = [
    { role: 'system', content: 'be brief' },
    { role: 'user', content: 'hello' },
  ]
  const later = [...messages, { role: 'assistant', content: 'hi' }, { role: 'user', content: 'x' }]
  expect(stickyKeyOf({ messages: later }, 'ada')).toBe(stickyKeyOf({ messages }, 'bob'))
  expect(stickyKeyOf({ messages, prompt_cache_key: 'k' }, 'ada')).toBe('k')
  expect(stickyKeyOf({}, 'ada')).toBe('ada')
  expect(stickyKeyOf({ input: 'x', conversation: 'conv_1' }, 'ada')).toBe('conv_1')
  expect(stickyKeyOf({ input: 'y', conversation: { id: 'conv_1' } }, 'ada')).toBe('conv_1')
  expect(stickyKeyOf({ contents: [], cachedContent: 'cachedContents/1' }, 'ada')).toBe(
    'cachedContents/1',
  )
  expect(stickyKeyOf({ messages: 'odd', system: 7 }, 'ada')).toBeString()
})

test('a conversation of Gemini is known by its beginning, not by its user alone', () => {
  const turn = (text: string, role = 'user') => ({ role, parts: [{ text }] })
  const systemInstruction = { parts: [{ text: 'be brief' }] }
  const first = { systemInstruction, contents: [turn('hello')] }
  const later = { ...first, contents: [turn('hello'), turn('hi', 'model'), turn('x')] }
  expect(stickyKeyOf(later, 'ada')).toBe(stickyKeyOf(first, 'bob'))
  expect(stickyKeyOf({ ...first, contents: [turn('bye')] }, 'ada')).not.toBe(
    stickyKeyOf(first, 'ada'),
  )
})

test('a mark of the cache that moves to later turns moves no conversation', () => {
  const cache_control = { type: 'ephemeral' }
  const system = [{ type: 'text', text: 'be brief', cache_control }]
  const marked = [{ type: 'text', text: 'hello', cache_control }]
  const first = { system, messages: [{ role: 'user', content: marked }] }
  const later = {
    system: 'be brief',
    messages: [
      { role: 'user', content: 'hello' },
      { role: 'assistant', content: 'hi' },
      { role: 'user', content: marked },
    ],
  }
  expect(stickyKeyOf(later, 'ada')).toBe(stickyKeyOf(first, 'ada'))
})
