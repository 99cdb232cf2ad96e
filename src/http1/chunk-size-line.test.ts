/** Which chunk-size lines are accepted; those of requests are read as strictly as llhttp does. */
import { describe, expect, test } from 'bun:test'
import { ChunkSizeLine } from './chunk-size-line.ts'
import { MalformedMessage } from './head-lines.ts'

function sizeOf(line: string, strict: boolean): number | null {
  const reader = new ChunkSizeLine(strict)
  try {
    const ended = Array.from(Buffer.from(`${line}\r\n`, 'latin1'), (byte) => reader.push(byte))
    return ended.at(-1) === true && ended.indexOf(true) === ended.length - 1 ? reader.size : null
  } catch (error) {
    if (error instanceof MalformedMessage) return null
    throw error
  }
}

describe('a size line', () => {
  test.each([
    ['0', 0],
    ['1a3', 0x1a3],
    ['00F', 15],
    ['5;name', 5],
    ['5;name=value;other', 5],
    ['5;name="a \\" ; b"', 5],
  ])('%j is read in requests and replies', (line, size) => {
    expect([sizeOf(line, true), sizeOf(line, false)]).toEqual([size, size])
  })

  test.each([
    '5 ',
    '5\t',
    '5 ;name',
    '5; name',
    '5;',
    '5;na me',
    '5;a=\u0001',
    '5;a="\u0001"',
    '5;ÿ',
  ])('%j is refused in a request, and read in a reply', (line) => {
    expect([sizeOf(line, true), sizeOf(line, false)]).toEqual([null, 5])
  })

  test.each(['', ';a', ' 5', '-1', '0x5', 'g', '1234567890123', '5;a="b', `5;${'a'.repeat(300)}`])(
    '%j is refused in a request',
    (line) => {
      expect(sizeOf(line, true)).toBeNull()
    },
  )
})
