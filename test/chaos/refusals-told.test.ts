/** What is refused before anything is sent leaves one log line and is counted, also where it is nobody's fault outside. */
import { afterAll, expect, test } from 'bun:test'
import { closedPort } from '../support/raw-server.ts'
import { waitFor } from '../support/waiting.ts'
import { ask } from './asking.ts'
import { startRig } from './rig.ts'

const rig = await startRig({
  models: { m: 1 },
  env: {
    REDIS_URL: `redis://127.0.0.1:${await closedPort()}`,
    RATE_LIMIT_KEY_RPM: '10',
    RATE_LIMIT_FAIL_OPEN: 'false',
  },
})
afterAll(() => rig.close(), 20_000)
const { gateway } = rig

async function countOf(code: string): Promise<number> {
  const headers = { authorization: `Bearer ${gateway.adminKey}` }
  const text = await (await fetch(`${gateway.origin}/metrics`, { headers })).text()
  const line = new RegExp(`^gpt_proxy_requests_refused_total\\{code="${code}"\\} (\\d+)$`, 'm')
  return Number(line.exec(text)?.[1] ?? 0)
}

test.each([
  ['limits_unavailable', 503, 40, 'm'],
  ['model_not_found', 404, 30, 'no-such-model'],
])('%s', async (code, status, level, model) => {
  const answer = await ask(gateway, model)
  expect(answer.status).toBe(status)
  expect(answer.error().code).toBe(code)
  const id = answer.error().request_id
  const lines = await waitFor('its log line', () => {
    const found = gateway
      .logs()
      .split('\n')
      .filter((line) => line.includes(id))
    return found.length > 0 ? found : null
  })
  expect(lines).toHaveLength(1)
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level, requestId: id, status, error: code })
  expect(await countOf(code)).toBe(1)
  expect(rig.mock.ledger).toHaveLength(0)
})
