/** Log lines on a terminal. */
import { expect, test } from 'bun:test'
import { readableLine } from './readable.ts'

const LINE =
  '{"level":40,"time":"2026-11-28T10:20:30.123Z","status":401,"reason":"revoked\\u001b[2J","msg":"key refused"}\n'

test('time, level, message and fields, without control characters', () => {
  expect(readableLine(LINE, false)).toBe(
    '10:20:30 WARN  key refused status=401 reason=revoked [2J\n',
  )
})

test('the level has its colour', () => {
  expect(readableLine(LINE, true)).toContain('\x1b[33mWARN ')
})
