/** What a spreadsheet would run, and what it would not. */
import { expect, test } from 'bun:test'
import { spreadsheetText } from './spreadsheet-text.ts'

test.each([
  '=1+1',
  '+1',
  '-1',
  '@SUM(A1)',
  '\t=1',
  '\r=1',
  '\n=1',
  ' =1',
  '\u00a0=1',
  '＝1',
  '＋1',
  '－1',
  '＠A',
])('%p is disarmed', (text) => {
  expect(spreadsheetText(text)).toBe(`'${text}`)
})

test.each(['', 'a', 'a=b', '1-2', 'gpt-4o', "'=1", '{"a":"=1"}', '，'])(
  '%p stays as it is',
  (text) => {
    expect(spreadsheetText(text)).toBe(text)
  },
)
