/** Tables for people. */
import { expect, test } from 'bun:test'
import { csvCell, fittingColumns, table } from './output.ts'

test('columns line up, numbers to the right, also with wide characters', () => {
  const rows = [
    { name: '主键', count: 5 },
    { name: 'spare', count: 120 },
  ]
  expect(table(rows)).toBe('NAME   COUNT\n主键       5\nspare    120\n')
})

test('what is empty is a dash', () => {
  expect(table([{ text: '', none: null, list: [], map: {} }])).toBe(
    'TEXT  NONE  LIST  MAP\n-     -     -     -\n',
  )
})

test('a value can neither break a line nor move the cursor', () => {
  expect(table([{ error: 'a\nb\x1b[2Jc\u202e' }])).toBe('ERROR\na?b?[2Jc?\n')
})

test.each([
  ['=1+1', "'=1+1"],
  ['+49', "'+49"],
  ['-2', "'-2"],
  ['@SUM(A1)', "'@SUM(A1)"],
  [' =1', "' =1"],
  ['\t=1', "'?=1"],
  ['=HYPERLINK("http://x","y")', '"\'=HYPERLINK(""http://x"",""y"")"'],
])('in CSV %p is a text and no formula', (value, cell) => {
  expect(csvCell(value)).toBe(cell)
})

test('in CSV numbers stay numbers, and what separates is quoted', () => {
  expect(csvCell(-1.5)).toBe('-1.5')
  expect(csvCell('a,"b"')).toBe('"a,""b"""')
  expect(csvCell('a\nb')).toBe('a?b')
  expect(csvCell(null)).toBe('')
})

test('a table shows the first columns that fit the terminal', () => {
  const rows = [{ id: 1, name: 'main', base_url: 'https://api.openai.com/v1', last_error: null }]
  const columns = ['id', 'name', 'base_url', 'last_error']
  expect(fittingColumns(rows, columns, 80)).toEqual(columns)
  expect(fittingColumns(rows, columns, 40)).toEqual(['id', 'name', 'base_url'])
  expect(fittingColumns(rows, columns, 5)).toEqual(['id', 'name'])
})
