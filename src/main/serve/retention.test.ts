/** Old records are deleted batch by batch, in the background, and a failure is reported once. */
import { expect, test } from 'bun:test'
import type { Logger } from '../../core/logger.ts'
import { startRetention } from './retention.ts'

const DAY_MS = 86_400_000

function logger(lines: string[]): Logger {
  const line = (level: string) => (fields: object, message: string) =>
    void lines.push(`${level} ${message} ${JSON.stringify(fields)}`)
  return {
    ...{ debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') },
    requestFinished() {},
  }
}

test('batches follow each other with a pause until nothing is left', async () => {
  const lines: string[] = []
  const asked: number[] = []
  const pauses: number[] = []
  const left = [500, 500, 7, 0]
  const done = Promise.withResolvers<void>()
  const stop = startRetention({
    days: 40,
    nowMs: () => 100 * DAY_MS,
    async deleteBefore(beforeMs) {
      asked.push(beforeMs)
      return left.shift() ?? 0
    },
    async pause(ms) {
      pauses.push(ms)
    },
    logger: {
      ...logger(lines),
      info(fields: object, message: string) {
        logger(lines).info(fields, message)
        done.resolve()
      },
    },
  })
  await done.promise
  stop()
  expect(asked).toEqual([60, 60, 60, 60].map((days) => days * DAY_MS))
  expect(pauses).toEqual([250, 250, 250])
  expect(lines).toEqual([
    'info records older than the retention were deleted {"deleted":1007,"days":40}',
  ])
})

test('a failure is logged, and the process continues', async () => {
  const lines: string[] = []
  const failed = Promise.withResolvers<void>()
  const stop = startRetention({
    days: 40,
    deleteBefore: () => Promise.reject(new Error('the database is away')),
    logger: {
      ...logger(lines),
      warn(fields: object, message: string) {
        logger(lines).warn(fields, message)
        failed.resolve()
      },
    },
  })
  await failed.promise
  stop()
  expect(lines).toEqual([
    'warn old records were not deleted {"error":"Error: the database is away"}',
  ])
})

test('stopped, it begins no further batch', async () => {
  let batches = 0
  const paused = Promise.withResolvers<void>()
  const resume = Promise.withResolvers<void>()
  const stop = startRetention({
    days: 40,
    async deleteBefore() {
      batches++
      return 500
    },
    pause() {
      paused.resolve()
      return resume.promise
    },
    logger: logger([]),
  })
  await paused.promise
  stop()
  resume.resolve()
  await resume.promise
  await Promise.resolve()
  expect(batches).toBe(1)
})

test('0 days keeps everything', () => {
  const stop = startRetention({
    days: 0,
    deleteBefore: () => Promise.reject(new Error('not to be called')),
    logger: logger([]),
  })
  stop()
})
