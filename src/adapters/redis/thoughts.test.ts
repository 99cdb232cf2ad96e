/** How much of thoughts an instance writes to Redis. */
import { expect, test } from 'bun:test'
import { createRedisThoughts } from './thoughts.ts'

test('an instance writes at most 32 MiB of thoughts in an hour', async () => {
  let nowMs = 0
  let bytes = 0
  const run = async (_: string, args: string[]) => {
    for (const text of args.slice(2)) bytes += text.length
    return 'OK'
  }
  const thoughts = createRedisThoughts({ run }, { lastMs: 1, nowMs: () => nowMs })
  const text = 'x'.repeat(1024 * 1024)
  const writeMany = async () => {
    for (let at = 0; at < 40; at++) await thoughts.write([[`call_${at}`, text]])
  }
  await writeMany()
  expect(bytes).toBeGreaterThan(31 * 1024 * 1024)
  expect(bytes).toBeLessThanOrEqual(32 * 1024 * 1024)
  const before = bytes
  nowMs = 3_600_000
  await writeMany()
  expect(bytes).toBe(2 * before)
})
