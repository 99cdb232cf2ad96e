/** Server-sent events in any pieces. */
import { expect, test } from 'bun:test'
import { eventData } from './sse.ts'

async function read(pieces: Uint8Array[]): Promise<string[]> {
  const found: string[] = []
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const piece of pieces) controller.enqueue(piece)
      controller.close()
    },
  })
  for await (const data of eventData(body)) found.push(data)
  return found
}

const bytes = new TextEncoder().encode(
  'data: {"a":"你好"}\n\n: comment\n\nevent: x\ndata: one\ndata: two\n\ndata: [DONE]\n\n',
)
const expected = ['{"a":"你好"}', 'one\ntwo', '[DONE]']

test('events are the same in one piece, byte by byte and cut anywhere', async () => {
  expect(await read([bytes])).toEqual(expected)
  expect(await read([...bytes].map((byte) => new Uint8Array([byte])))).toEqual(expected)
  for (let cut = 1; cut < bytes.length; cut++)
    expect(await read([bytes.slice(0, cut), bytes.slice(cut)])).toEqual(expected)
})

test('a last event without its blank line is not lost', async () => {
  expect(await read([new TextEncoder().encode('data: a\n\ndata: b')])).toEqual(['a', 'b'])
})
