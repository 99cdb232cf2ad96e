/** What a session with Gemini used, message by message. */
import { expect, test } from 'bun:test'
import { SESSION_DIALECTS } from './dialects.ts'

const searched = (queries: string[]) =>
  JSON.stringify({ serverContent: { groundingMetadata: { webSearchQueries: queries } } })
const counted = JSON.stringify({
  serverContent: { turnComplete: true },
  usageMetadata: { promptTokenCount: 5, responseTokenCount: 3, totalTokenCount: 8 },
})

test('searches count with the tokens of their turn, which come in a later message', () => {
  const meter = SESSION_DIALECTS.gemini.openMeter()
  expect(meter.read(searched(['one', 'two']))).toBeNull()
  expect(meter.read(searched(['two']))).toBeNull()
  expect(meter.read(counted)).toMatchObject({ usage: { totalTokens: 8, units: { searches: 2 } } })
  expect(meter.read(counted)?.usage.units).toBeUndefined()
  expect(meter.rest()).toBeNull()
})

test('searches without a report of tokens are not lost', () => {
  const meter = SESSION_DIALECTS.gemini.openMeter()
  meter.read(searched(['one']))
  expect(meter.rest()).toMatchObject({ totalTokens: 0, units: { searches: 1 } })
})
