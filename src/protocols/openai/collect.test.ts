/** Chunks of a stream, put together again. */
import { expect, test } from 'bun:test'
import { addChunk, openCollected, wholeReply } from './collect.ts'

type Piece = { index: number; [field: string]: unknown }

function collected(pieces: readonly Piece[]) {
  const stream = openCollected()
  for (const piece of pieces)
    addChunk(stream, { choices: [{ index: 0, delta: { tool_calls: [piece] } }] })
  stream.done = true
  return JSON.parse(wholeReply(stream, 'chat/completions') ?? '').choices[0].message.tool_calls
}

// With a copy or a search for each piece, this would take minutes.
test('fifty thousand calls, each in two pieces that are far apart', () => {
  const numbers = Array.from({ length: 50_000 }, (_, index) => index)
  const calls = collected([
    ...numbers.map((index) => ({
      index,
      id: `c${index}`,
      function: { name: 'f', arguments: '{' },
    })),
    ...numbers.map((index) => ({ index, function: { arguments: '}' } })),
  ])
  expect(calls).toHaveLength(50_000)
  expect(calls[49_999]).toEqual({ id: 'c49999', function: { name: 'f', arguments: '{}' } })
})

test('items within an item are joined by their index, too', () => {
  const inner = (text: string) => ({ index: 0, parts: [{ index: 3, text }] })
  expect(collected([inner('a'), inner('b')])).toEqual([{ parts: [{ index: 3, text: 'ab' }] }])
})
