/** What the lines of a batch name, wherever the file is cut. */
import { expect, test } from 'bun:test'
import { CallLines } from './call-lines.ts'

const line = (body: unknown) => JSON.stringify({ custom_id: '1', method: 'POST', body })

function namedIn(text: string, size = text.length || 1): string[] {
  const lines = new CallLines()
  for (let at = 0; at < text.length; at += size) lines.push(Buffer.from(text.slice(at, at + size)))
  lines.endLine()
  return lines.take().map(({ kind, id }) => `${kind} ${id}`)
}

const FILE = [
  line({ model: 'gpt-4o', input: [{ type: 'input_file', file_id: 'file-1' }] }),
  '',
  'no JSON with a file_id',
  line({ previous_response_id: 'resp_1', tools: [{ vector_store_ids: ['vs_1', 'vs_2'] }] }),
  line({ model: 'ft:gpt-4o:org::1:ckpt-step-10', messages: [] }),
  line({ input: 'x' }).replace('"input"', '"\\u0066ile_id"'),
].join('\n')
const NAMED = [
  'file file-1',
  'response resp_1',
  'vector_store vs_1',
  'vector_store vs_2',
  'model ft:gpt-4o:org::1',
  'file x',
]

test('each line is read, in pieces of any size, and the last one without its line break', () => {
  for (const size of [1, 2, 7, 64, FILE.length]) expect(namedIn(FILE, size)).toEqual(NAMED)
  expect(namedIn(`\uFEFF${FILE.replaceAll('\n', '\r\n')}\r\n`)).toEqual(NAMED)
})

test('a line that is too long or too deep to be checked is refused', () => {
  const long = new CallLines()
  const megabytes = () => long.push(Buffer.alloc(17 * 1024 * 1024, 'x'))
  expect(megabytes).toThrow('longer than')
  const deep = `{"file_id":${'['.repeat(500_000)}${']'.repeat(500_000)}}`
  expect(() => namedIn(deep)).toThrow(/nested too deeply/)
})
