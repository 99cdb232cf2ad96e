/** The doctor's report as text. */
import { expect, test } from 'bun:test'
import { failing, ok } from '../doctor/finding.ts'
import { REMEDIES } from '../doctor/remedies.ts'
import { reportOf } from '../doctor/report.ts'
import { written } from './doctor.ts'

const dead = (upstream: string, status: number) =>
  failing('ups.dead', {
    upstream,
    baseUrl: 'https://a.example',
    hint: 'wxyz',
    status,
  })

const textOf = (language: 'en' | 'zh') => {
  const findings = [dead('one', 401), ok('ups.ok', { upstream: 'well' }), dead('two', 403)]
  return written(reportOf([{ id: 'UPS-1', tookMs: 1, findings }], language, []))
}

test('a finding that several keys share appears once, with the commands of each', () => {
  const text = textOf('en')
  expect(text.match(/Cause: The key was revoked/g)).toHaveLength(1)
  expect(text.match(/Fix: Make a new key/g)).toHaveLength(1)
  const lines = text.split('\n')
  const [one, two] = ['one: https', 'two: https'].map((start) =>
    lines.findIndex((line) => line.trim().startsWith(start)),
  )
  expect(two).toBe((one as number) + 1)
  expect(text).toContain('gpt-proxy upstream update one --key-stdin < key.txt')
  expect(text).toContain('gpt-proxy upstream update two --key-stdin < key.txt')
})

test('of hundreds alike the first ten are shown, and how many there are', () => {
  const findings = Array.from({ length: 500 }, (_, at) => dead(`key-${at}`, 401))
  const report = reportOf([{ id: 'UPS-1', tookMs: 1, findings }], 'en', [])
  const text = written(report)
  expect(text).toContain('And 490 more like these; --json shows all.')
  expect(text).toContain('gpt-proxy upstream reset key-9\n')
  expect(text).not.toContain('key-10')
  expect(written({ ...report, language: 'zh' })).toContain('另有 490 项与此相同')
})

test('no command to paste removes a key: without a key.txt it would be lost', () => {
  const commands = Object.values(REMEDIES).flat()
  expect(commands.filter((command) => command?.includes('upstream remove'))).toEqual([])
})

test('in Chinese as well', () => {
  expect(textOf('zh').match(/原因: /g)).toHaveLength(1)
})

test('on a terminal sentences are divided between words, and commands are not', () => {
  const findings = [dead('one', 401), ok('ups.ok', { upstream: 'well' })]
  const report = reportOf([{ id: 'UPS-1', tookMs: 1, findings }], 'en', [])
  const lines = written(report, 40).split('\n')
  const isCommand = (line: string) => line.startsWith('      ')
  const sentences = lines.filter((line) => !isCommand(line))
  expect(sentences.filter((line) => line.length > 40 && line.trim().includes(' '))).toEqual([
    '1 check: 0 ok, 0 warnings, 1 failure, 0 skipped.',
  ])
  expect(lines.filter(isCommand)).toEqual(written(report).split('\n').filter(isCommand))
  expect(lines.map((line) => line.trim()).join(' ')).toBe(
    written(report)
      .split('\n')
      .map((line) => line.trim())
      .join(' '),
  )
})
