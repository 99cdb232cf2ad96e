/** Old records are dropped and deleted in the background, and a failure is reported once. */
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
    tendPartitions: null,
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
    tendPartitions: null,
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
    tendPartitions: null,
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

test('partitions are dropped before the rest is deleted, and what keeps the table from having them is logged', async () => {
  const lines: string[] = []
  const steps: string[] = []
  const done = Promise.withResolvers<void>()
  const stop = startRetention({
    days: 40,
    nowMs: () => 100 * DAY_MS,
    async tendPartitions(options) {
      steps.push(`tend ${JSON.stringify(options)}`)
      return { dropped: ['one', 'two'], obstacle: 'a trigger' }
    },
    async deleteBefore(beforeMs) {
      steps.push(`delete before ${beforeMs / DAY_MS}`)
      done.resolve()
      return 0
    },
    logger: logger(lines),
  })
  await done.promise
  stop()
  expect(steps).toEqual([`tend {"retentionDays":40,"nowMs":${100 * DAY_MS}}`, 'delete before 60'])
  expect(lines).toEqual([
    'info partitions of old records were dropped {"dropped":["one","two"],"days":40}',
    'info partitions are not changed now; old records are deleted in batches {"obstacle":"a trigger"}',
  ])
})

test('if partitions fail, the old records are deleted, and the reason is logged', async () => {
  const lines: string[] = []
  const deleted = Promise.withResolvers<void>()
  const stop = startRetention({
    days: 40,
    tendPartitions: () => Promise.reject(new Error('no right to do so')),
    async deleteBefore() {
      deleted.resolve()
      return 0
    },
    logger: logger(lines),
  })
  await deleted.promise
  stop()
  expect(lines).toEqual([
    'info partitions are not changed now; old records are deleted in batches {"obstacle":"Error: no right to do so"}',
  ])
})

test('0 days deletes nothing, and still creates partitions where there are some', async () => {
  const asked: unknown[] = []
  const stop = startRetention({
    days: 0,
    nowMs: () => 100 * DAY_MS,
    async tendPartitions(options) {
      asked.push(options)
      return { dropped: [], obstacle: null }
    },
    deleteBefore: () => Promise.reject(new Error('not to be called')),
    logger: logger([]),
  })
  stop()
  expect(asked).toEqual([{ retentionDays: 0, nowMs: 100 * DAY_MS }])
})

test('0 days keeps everything', () => {
  const stop = startRetention({
    days: 0,
    tendPartitions: null,
    deleteBefore: () => Promise.reject(new Error('not to be called')),
    logger: logger([]),
  })
  stop()
})
