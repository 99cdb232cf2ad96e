/** A stop that fails is logged, and ends the process with 1. */
import { expect, test } from 'bun:test'
import { finish } from './stopping.ts'

function recorder() {
  const lines: string[] = []
  const line = (_: object, message: string) => void lines.push(message)
  const logger = {
    debug: line,
    info: line,
    warn: line,
    error: line,
    flush: () => void lines.push('flushed'),
  }
  return { lines, logger }
}

test('a stop ends with 0, and is logged before the process ends', async () => {
  const { lines, logger } = recorder()
  expect(await finish(logger, async () => {})).toBe(0)
  expect(lines).toEqual(['stopped', 'flushed'])
})

test('a stop that fails is logged and ends with 1: the process must not stay without a port', async () => {
  const { lines, logger } = recorder()
  expect(await finish(logger, () => Promise.reject(new Error('away')))).toBe(1)
  expect(lines).toEqual(['the stop failed; the next start stores what is left', 'flushed'])
})
