/** Many provider keys in one call of the admin API: what becomes of each line. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { type Gateway, startGateway } from '../support/gateway.ts'
import { type ConsoleClient, signedInAdmin } from './console-client.ts'

interface Line {
  line: number
  result: string
  reason: string | null
  upstream_id: number | null
}

let gateway: Gateway
let admin: ConsoleClient
beforeAll(async () => {
  gateway = await startGateway()
  admin = await signedInAdmin(gateway)
})
afterAll(() => gateway.stop())

async function importLines(secrets: readonly string[], settings: object = {}) {
  const reply = await admin.call('POST', '/upstreams/import', {
    settings: { provider: 'compatible', base_url: 'http://127.0.0.1:9/v1', ...settings },
    secrets: secrets.join('\n'),
  })
  expect(reply.status).toBe(200)
  return (await reply.json()) as { added: number; lines: Line[] }
}

test('each line reports its outcome, and only new keys are added', async () => {
  const { added, lines } = await importLines(['sk-first-0001', '', 'short', 'sk-first-0001'])
  expect(added).toBe(1)
  expect(lines.map(({ line, result }) => [line, result])).toEqual([
    [1, 'added'],
    [3, 'invalid'],
    [4, 'duplicate'],
  ])
  const again = await importLines(['sk-first-0001', 'sk-second-0002'])
  expect(again.lines.map(({ result }) => result)).toEqual(['known', 'added'])
})

test('a new key that ends like one that is there is not mistaken for it', async () => {
  const { lines } = await importLines(['sk-first-0001', 'sk-other-0001'])
  expect(lines.map(({ result }) => result)).toEqual(['known', 'added'])
  expect(lines[0]?.upstream_id).toBeNull()
})

test('every setting of the form reaches the keys', async () => {
  const settings = { tags: ['eu'], max_in_flight: 3, weight: 5, protocol: 'chat' }
  const { lines } = await importLines(['sk-tagged-0003'], settings)
  const reply = await admin.call('GET', `/upstreams/${lines[0]?.upstream_id}`)
  expect(await reply.json()).toMatchObject(settings)
})

test('a list of a thousand keys that is pasted twice adds each key once', async () => {
  const secrets = Array.from({ length: 1000 }, (_, at) => `sk-many-${at}-of-them`)
  expect((await importLines(secrets)).added).toBe(1000)
  const twice = await importLines(secrets)
  expect(twice.added).toBe(0)
  expect(new Set(twice.lines.map(({ result }) => result))).toEqual(new Set(['known']))
}, 60_000)
