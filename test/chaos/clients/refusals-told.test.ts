/** A request that is refused before anything is sent leaves one log line and is counted, whatever the cause. */
import { afterAll, expect, test } from 'bun:test'
import { closedPort } from '../../support/servers/raw-server.ts'
import { waitFor } from '../../support/waiting.ts'
import { ask } from '../asking.ts'
import { startRig } from '../rig.ts'

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

/** One line with this id, and one more in the count of the code. */
async function expectTold(id: string, code: string, status: number, level: number): Promise<void> {
  const lines = await waitFor('its log line', () => {
    const found = gateway
      .logs()
      .split('\n')
      .filter((line) => line.includes(id))
    return found.length > 0 ? found : null
  })
  expect(lines).toHaveLength(1)
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level, requestId: id, status, code })
  expect(rig.mock.ledger).toHaveLength(0)
}

test.each([
  ['limits_unavailable', 503, 40, 'm'],
  ['model_not_found', 404, 30, 'no-such-model'],
])('%s', async (code, status, level, model) => {
  const before = await countOf(code)
  const answer = await ask(gateway, model)
  expect(answer.status).toBe(status)
  expect(answer.error().code).toBe(code)
  await expectTold(answer.error().request_id, code, status, level)
  expect(await countOf(code)).toBe(before + 1)
})

test.each([
  ['limits_unavailable', 503, 40, '/v1/models', gateway.proxyKey],
  ['invalid_api_key', 401, 30, '/v1/models', 'sk-proxy-unknown'],
  ['admin_key_required', 403, 40, '/metrics', gateway.proxyKey],
])("%s (%p) of a route that isn't a model call", async (code, status, level, path, key) => {
  const before = await countOf(code)
  const headers = { authorization: `Bearer ${key}` }
  const response = await fetch(gateway.origin + path, { headers })
  const { error } = (await response.json()) as { error: { code: string; request_id: string } }
  expect([response.status, error.code]).toEqual([status, code])
  await expectTold(error.request_id, code, status, level)
  expect(await countOf(code)).toBe(before + 1)
})
