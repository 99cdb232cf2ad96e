/** What a batch used, however its output arrives. */
import { expect, test } from 'bun:test'
import { isFinal } from '../own.ts'
import { OutputLines, usageOfBatch } from './batch-usage.ts'

const line = (model: string, input: number, output: number) =>
  JSON.stringify({
    custom_id: 'x',
    response: { body: { model, usage: { prompt_tokens: input, completion_tokens: output } } },
  })
const OUTPUT = [
  line('a', 1, 2),
  line('b', 10, 20),
  '',
  '{"error":1}',
  'nonsense',
  line('a', 100, 200),
].join('\n')

test.each([1, 7, 1_000])('an output file is summed by model, read %d bytes at a time', (step) => {
  const lines = new OutputLines()
  const bytes = Buffer.from(OUTPUT)
  for (let at = 0; at < bytes.length; at += step) lines.push(bytes.subarray(at, at + step))
  lines.endLine()
  const sums = [...lines.usage].map(([model, usage]) => [
    model,
    usage.promptTokens,
    usage.completionTokens,
    usage.totalTokens,
  ])
  expect(sums).toEqual([
    ['a', 101, 202, 303],
    ['b', 10, 20, 30],
  ])
})

test('the totals that a batch reports are used', () => {
  const usage = { input_tokens: 5, output_tokens: 6, total_tokens: 11 }
  expect(usageOfBatch({ model: 'a', usage })?.get('a')?.totalTokens).toBe(11)
  expect(usageOfBatch({ model: 'a', usage: { input_tokens: 0, output_tokens: 0 } })).toBeNull()
  expect(usageOfBatch({ status: 'completed' })).toBeNull()
})

test.each([
  ['completed', true],
  ['expired', true],
  ['in_progress', false],
  ['finalizing', false],
  [undefined, false],
])('a batch that is %s is final: %p', (status, final) => {
  expect(isFinal({ status })).toBe(final)
})
