/** A form read while it passes, cut at every place. */
import { describe, expect, test } from 'bun:test'
import { FormReader } from './form-reader.ts'

const FORM = [
  'preamble\r\n--B--\r\n--B\r\ncontent-disposition: form-data; name="purpose"\r\n\r\nbatch\r\n',
  '--B\r\ncontent-disposition: form-data; name="empty"\r\n\r\n\r\n',
  '--B\r\ncontent-disposition: form-data; name="file"; filename="a.jsonl"\r\ncontent-type: x/y\r\n\r\n',
  '{"a":1}\r\n--\r\n--A\n{"b":2}\r\n--B--\r\nepilogue',
]

function readIn(pieces: readonly string[], boundary = 'B') {
  const seen: string[] = []
  let file = ''
  const reader = new FormReader(boundary, {
    field: (name, value) => seen.push(`${name}=${value}`),
    fileBytes: (bytes) => {
      file += Buffer.from(bytes).toString()
    },
    fileEnd: () => seen.push(`file=${file}`),
  })
  for (const piece of pieces) reader.push(Buffer.from(piece))
  return seen
}

const text = FORM.join('').replace('preamble\r\n--B--\r\n', 'preamble\r\n')
const EXPECTED = ['purpose=batch', 'empty=', 'file={"a":1}\r\n--\r\n--A\n{"b":2}']

describe('a form is read the same', () => {
  test('as a whole', () => expect(readIn([text])).toEqual(EXPECTED))

  test('byte by byte', () => expect(readIn([...text])).toEqual(EXPECTED))

  test('in two pieces, cut anywhere', () => {
    for (let cut = 0; cut <= text.length; cut++)
      expect(readIn([text.slice(0, cut), text.slice(cut)])).toEqual(EXPECTED)
  })
})

test('a line of a file that begins with the boundary and continues is refused, cut anywhere', () => {
  const hidden = text.replace('--\r\n--A', '--Bxyz\r\nc: d\r\n\r\n--A')
  for (const pieces of [[hidden], [...hidden]])
    expect(() => readIn(pieces)).toThrow('begins with its boundary and goes on')
  expect(readIn([...text.replaceAll('--B\r\n', '--B \t\r\n')])).toEqual(EXPECTED)
})

test('a part without a head, or without a name, is refused', () => {
  expect(() => readIn(['--B\r\n', 'x'.repeat(20_000)])).toThrow('a part has no head')
  expect(() => readIn(['--B\r\ncontent-type: x/y\r\n\r\nz'])).toThrow('a part has no name')
})
