/** What is known of a stream of Gemini that passed byte for byte. */
import { expect, test } from 'bun:test'
import { resumedAs } from './resume.ts'

const withId = (responseId: string) => JSON.stringify({ responseId })

test('the id is that of the latest event that has one', () => {
  const beginnings = [withId('a'), withId('b'), '{}']
  expect(resumedAs({ first: withId('a'), last: 'no JSON', beginnings })).toEqual({ answerId: 'b' })
  expect(resumedAs({ first: '', last: '{}', beginnings: [] })).toEqual({ answerId: null })
})

// If the event were parsed for each of its parts, this would take many minutes.
test('one event began a hundred thousand parts', () => {
  const event = JSON.stringify({ parts: Array.from({ length: 100_000 }, () => ({ text: 'x' })) })
  const beginnings = Array.from({ length: 100_000 }, () => event)
  expect(resumedAs({ first: event, last: event, beginnings })).toEqual({ answerId: null })
})
