/** Continuations written into the stream that began. */
import { expect, test } from 'bun:test'
import { contextOf, dialect, readRequest } from '../../../test/support/translation/translation.ts'
import type { StreamEvent, Usage } from '../neutral/answer.ts'
import { SentAnswer } from './sent-answer.ts'
import { SplicedWriter } from './splice.ts'

const NO_USAGE = { input: 0, output: 0 } as Usage

/** A writer that goes on after these events. */
function splicedAfter(events: readonly StreamEvent[]) {
  const request = readRequest('chat', { model: 'm', messages: [{ role: 'user', content: 'Hi' }] })
  const context = contextOf(request)
  const answer = new SentAnswer()
  const writer = dialect('chat').writeEvents(context)
  for (const event of events) {
    answer.add(event)
    writer.write(event)
  }
  const seam = { way: 'instruct' as const, usageOf: () => NO_USAGE }
  return { answer, spliced: new SplicedWriter({ answer, writer: () => writer }, context, seam) }
}

const BEGINNING: readonly StreamEvent[] = [
  { type: 'start', id: 'a', model: 'm' },
  { type: 'open', index: 0, part: { type: 'text', text: '' } },
  { type: 'delta', index: 0, text: 'This is how it began' },
]

// If each call went through all before it, this would take minutes.
test('a continuation makes a hundred thousand calls, each closed before the next', () => {
  const { answer, spliced } = splicedAfter(BEGINNING)
  for (let index = 0; index < 100_000; index++) {
    const part = { type: 'call' as const, id: `c${index}`, name: 'f', args: '' }
    spliced.write({ type: 'open', index, part })
    spliced.write({ type: 'delta', index, text: '{}' })
  }
  expect(answer.parts).toHaveLength(100_001)
  expect([...answer.openParts].map(({ index }) => index)).toEqual([100_000])
  expect(answer.parts.every(({ index }, at) => index === at)).toBe(true)
})

test('indexes of dropped calls are free again, and none of them counts as open', () => {
  const { answer } = splicedAfter([
    ...BEGINNING,
    { type: 'open', index: 1, part: { type: 'call', id: 'c', name: 'f', args: '' } },
    { type: 'open', index: 2, part: { type: 'text', text: 'late' } },
  ])
  answer.dropOpenCalls()
  expect(answer.nextIndex).toBe(1)
  expect(answer.partAt(1)).toBeUndefined()
  expect([...answer.openParts].map(({ index }) => index)).toEqual([0])
})
