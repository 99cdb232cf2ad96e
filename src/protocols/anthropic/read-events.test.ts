/** Long and odd streams of Messages. */
import { expect, test } from 'bun:test'
import { eventsFrom } from '../../../test/support/translation/translation.ts'
import type { JsonObject } from '../neutral/neutral.ts'

const MANY = 60_000
const numbered = (make: (at: number) => JsonObject) =>
  Array.from({ length: MANY }, (_, at) => make(at))
const begun = { type: 'message_start', message: { id: 'm', usage: { input_tokens: 3 } } }
const ended = [
  { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 7 } },
  { type: 'message_stop' },
]

// With a copy for each report, this would take minutes.
test('usage in thousands of reports, each with a new field', () => {
  const reports = numbered((at) => ({ type: 'message_delta', delta: {}, usage: { [`k${at}`]: 1 } }))
  const events = eventsFrom('messages', [begun, ...reports, ...ended])
  const last = events.findLast((event) => event.type === 'usage')
  expect(last).toMatchObject({ usage: { input: 3, output: 7 } })
})

test('a server tool’s block in thousands of pieces, each with a new field', () => {
  const block = { type: 'server_tool_use', id: 's', name: 'search', input: {} }
  const pieces = numbered((at) => ({
    type: 'content_block_delta',
    index: 0,
    delta: { type: 'novel_delta', [`k${at}`]: at },
  }))
  const start = { type: 'content_block_start', index: 0, content_block: block }
  const stop = { type: 'content_block_stop', index: 0 }
  const events = eventsFrom('messages', [begun, start, ...pieces, stop, ...ended])
  const opened = events.find((event) => event.type === 'open')
  expect(opened).toMatchObject({ part: { raw: { ...block, k0: 0, [`k${MANY - 1}`]: MANY - 1 } } })
})
