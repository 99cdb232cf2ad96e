/** What the doctor says of variables that the gateway does not start with. */
import { expect, test } from 'bun:test'
import { lenientConfig } from './lenient-config.ts'

const WRONG = { REDIS_URL: 'rediss//x', RATE_LIMIT_KEY_RPM: 'many' }

test('each variable at fault is left out, and named with what it should be', () => {
  const { config, faults } = lenientConfig(WRONG, 'en')
  expect(config.redisUrl).toBe(null)
  expect(faults.map(({ variable }) => variable).sort()).toEqual(['RATE_LIMIT_KEY_RPM', 'REDIS_URL'])
  for (const { remedy } of faults) expect(remedy).toMatch(/^Expected: .*[^.]$/)
})

test('a report in Chinese names them in Chinese', () => {
  for (const { problem, remedy } of lenientConfig(WRONG, 'zh').faults) {
    expect(problem).toContain('无效')
    expect(remedy).toMatch(/^应为：.*[^。]$/)
  }
})
