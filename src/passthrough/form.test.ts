/** Reading the fields of a form, and replacing one without touching its files. */
import { describe, expect, test } from 'bun:test'
import { boundaryOf, fieldsIn, partsIn, refuseTwice, withField } from './form.ts'

async function formOf(entries: [string, string | Blob][]) {
  const form = new FormData()
  for (const [name, value] of entries) form.append(name, value)
  const request = new Request('http://x', { method: 'POST', body: form })
  const boundary = boundaryOf(request.headers.get('content-type')) ?? ''
  const body = Buffer.from(await request.arrayBuffer())
  return { boundary, body, parts: partsIn(body, boundary) }
}
const FILE = new File([Buffer.from([0, 13, 10, 45, 45, 255])], 'a "b".bin')

describe('a form', () => {
  test('has fields and files, in their order', async () => {
    const { body, parts } = await formOf([
      ['file', FILE],
      ['model', 'whisper-1'],
      ['empty', ''],
      ['model', 'second'],
    ])
    expect(parts.map(({ name, filename }) => [name, filename === null])).toEqual([
      ['file', false],
      ['model', true],
      ['empty', true],
      ['model', true],
    ])
    expect(fieldsIn(body, parts)).toEqual({ model: 'whisper-1', empty: '' })
    expect(() => refuseTwice(parts, 'model')).toThrow("duplicate form field 'model'")
  })

  test('keeps its files to the byte when a field is replaced', async () => {
    const { body, parts, boundary } = await formOf([
      ['model', 'a'],
      ['file', FILE],
    ])
    const changed = withField(body, parts, { name: 'model', value: 'a-longer-name', boundary })
    const again = partsIn(changed, boundary)
    expect(fieldsIn(changed, again)).toEqual({ model: 'a-longer-name' })
    const [, before] = parts
    const [, after] = again
    expect(changed.subarray(after?.start, after?.end)).toEqual(
      body.subarray(before?.start, before?.end),
    )
    const added = withField(body, parts, { name: 'missing', value: 'x', boundary })
    expect(fieldsIn(added, partsIn(added, boundary))).toEqual({ model: 'a', missing: 'x' })
  })

  test.each([
    ['multipart/form-data; boundary=abc', 'abc'],
    ['Multipart/Form-Data; charset=x; boundary="a b"', 'a b'],
    [`multipart/form-data; boundary=${'y'.repeat(70)}; charset=x`, 'y'.repeat(70)],
    // A part of a longer one could be found inside a file.
    [`multipart/form-data; boundary=${'y'.repeat(71)}`, null],
    ['multipart/form-data; boundary="a"b', null],
    ['multipart/form-data; boundary=a; boundary=b', null],
    [`multipart/form-data; boundary*=utf-8''a; boundary=b`, null],
    ['multipart/form-data; boundary="a\\b"', null],
    ['application/json', null],
    ['multipart/form-data', null],
    [null, null],
  ])('%j has the boundary %j', (type, boundary) => {
    expect(boundaryOf(type)).toBe(boundary)
  })

  test.each(['', '--b\r\n', '--b\r\na: b\r\n\r\nx', '--b\r\na: b\r\n\r\nx\r\n--b--'])(
    '%j is malformed',
    (text) => {
      expect(() => partsIn(Buffer.from(text), 'b')).toThrow('malformed')
    },
  )
})
