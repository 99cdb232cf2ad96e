/** Fixed headers of an upstream: sent once on every request to it, however they were set, and masked if secret. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { type Gateway, startGateway } from '../support/gateway.ts'
import {
  chatCompletion,
  type Exchange,
  jsonReply,
  type MockUpstream,
  startMockUpstream,
} from '../support/mock/mock-upstream.ts'
import { waitFor } from '../support/waiting.ts'

const TOKEN = 'edge-token-8Zq3Wn5Rk7Tb2Ym4'

let mock: MockUpstream
let gateway: Gateway
beforeAll(async () => {
  mock = await startMockUpstream({
    script: ({ path }) =>
      path.endsWith('/models')
        ? jsonReply(200, { object: 'list', data: [{ id: 'm', object: 'model' }] })
        : jsonReply(200, chatCompletion(`I got ${TOKEN}`)),
  })
  gateway = await startGateway()
  const add = await gateway.cli(
    [
      ...['upstream', 'add', 'main', '--base-url', mock.url, '--json'],
      ...['--header', 'OpenAI-Organization: org-1', '--header', `X-Edge-Token: ${TOKEN}`],
    ],
    { stdin: 'sk-upstream-secret-1' },
  )
  if (add.exitCode !== 0) throw new Error(add.stderr)
  await waitFor('the upstream to serve', async () => (await ask()).status === 200)
})
afterAll(async () => {
  await gateway.stop()
  await mock.close()
})

const ask = (headers: Record<string, string> = {}) =>
  gateway.chat({ model: 'm', messages: [{ role: 'user', content: 'hi' }] }, { headers })

const last = () => mock.ledger.at(-1) as Exchange

const shown = async () =>
  JSON.parse((await gateway.cli(['upstream', 'list', '--json'])).stdout)[0].headers

const admin = async (method: string, path: string, body?: object) => {
  const response = await fetch(`${gateway.origin}/admin/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${gateway.adminKey}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  })
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}

test('are sent with requests, with tests and when models are listed', async () => {
  await ask()
  expect(last().headers).toMatchObject({ 'openai-organization': 'org-1', 'x-edge-token': TOKEN })
  expect((await gateway.cli(['upstream', 'test', 'main'])).exitCode).toBe(0)
  expect(last().path).toEndWith('/models')
  expect(last().headers).toMatchObject({ 'openai-organization': 'org-1', 'x-edge-token': TOKEN })
})

test("are sent once, and not replaced by a client's", async () => {
  await ask({ 'openai-organization': 'org-of-client' })
  expect(last().rawHead.match(/^openai-organization: .*$/gim)).toEqual([
    'openai-organization: org-1',
  ])
})

test('are not shown, stored in the audit log or passed on in answers if they may be secret', async () => {
  expect(await shown()).toEqual({ 'openai-organization': 'org-1', 'x-edge-token': '***' })
  const audit = await gateway.cli(['audit', '--json'])
  expect(audit.stdout).toContain('x-edge-token')
  expect(audit.stdout + gateway.logs()).not.toContain(TOKEN)
  expect(await (await ask()).text()).not.toContain(TOKEN)
})

describe('in the admin API', () => {
  const upstream = async () => (await admin('GET', '/upstreams')).body.items as { id: number }[]

  test('are read and changed; *** keeps a masked value', async () => {
    const [found] = await upstream()
    expect(found).toMatchObject({
      headers: { 'openai-organization': 'org-1', 'x-edge-token': '***' },
    })
    const { status, body } = await admin('PATCH', `/upstreams/${found?.id}`, {
      headers: { 'OpenAI-Organization': 'org-2', 'x-edge-token': '***' },
    })
    expect([status, body.headers]).toEqual([
      200,
      { 'openai-organization': 'org-2', 'x-edge-token': '***' },
    ])
    await waitFor('the change', async () => {
      await ask()
      return last().headers['openai-organization'] === 'org-2'
    })
    expect(last().headers['x-edge-token']).toBe(TOKEN)
  })

  test('a forbidden one is refused, with its field', async () => {
    const [found] = await upstream()
    const { status, body } = await admin('PATCH', `/upstreams/${found?.id}`, {
      headers: { Authorization: 'Bearer x' },
    })
    expect(status).toBe(400)
    expect(JSON.stringify(body)).toContain('headers')
    expect(JSON.stringify(body)).toContain("gateway's own")
  })
})

test('can be changed by SQL, and removed by the command line', async () => {
  using database = gateway.database()
  database.run(`update upstream_keys set headers = '{"X-Title":"by hand"}'`)
  await waitFor('the change', async () => {
    await ask()
    return last().headers['x-title'] === 'by hand'
  })
  expect(last().headers['openai-organization']).toBeUndefined()
  expect(() => database.run(`update upstream_keys set headers = '["x"]'`)).toThrow(/CHECK/)
  const { exitCode } = await gateway.cli(['upstream', 'update', 'main', '--no-headers'])
  expect(exitCode).toBe(0)
  expect(await shown()).toBeNull()
})

test.each([
  'Host: a',
  'content-length: 3',
  'Authorization: Bearer x',
  'transfer-encoding: chunked',
])('%j is refused with a reason and a remedy', async (header) => {
  const { exitCode, stderr } = await gateway.cli(['upstream', 'update', 'main', '--header', header])
  expect(exitCode).toBe(2)
  expect(stderr).toContain("is the gateway's own and can't be fixed. Remove it")
})
