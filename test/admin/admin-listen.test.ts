/** A listener of its own for administration, and records that are deleted in time. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { type Gateway, startGateway } from '../support/gateway.ts'
import { waitFor } from '../support/waiting.ts'

let gateway: Gateway
let adminOrigin: string

beforeAll(async () => {
  const port = freePort()
  adminOrigin = `http://127.0.0.1:${port}`
  gateway = await startGateway({
    env: { ADMIN_LISTEN: `127.0.0.1:${port}`, USAGE_RETENTION_DAYS: '32' },
  })
})
afterAll(() => gateway.stop())

/** Free a moment ago; no other program takes ports of this range in between. */
function freePort(): number {
  using probe = Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { data() {} } })
  return probe.port
}

test('the public listener serves models but no administration', async () => {
  const headers = { authorization: `Bearer ${gateway.adminKey}` }
  for (const path of ['/console/', '/admin/v1/users', '/admin/v1/session/options', '/metrics'])
    expect((await fetch(`${gateway.origin}${path}`, { headers })).status).toBe(404)
  const reply = await gateway.chat({
    model: 'demo/echo',
    messages: [{ role: 'user', content: 'hi' }],
  })
  expect(reply.status).toBe(200)
})

test('the admin listener serves administration and no models', async () => {
  const headers = { authorization: `Bearer ${gateway.adminKey}` }
  expect((await fetch(`${adminOrigin}/admin/v1/users`, { headers })).status).toBe(200)
  expect((await fetch(`${adminOrigin}/metrics`, { headers })).status).toBe(200)
  expect((await fetch(`${adminOrigin}/livez`)).status).toBe(200)
  expect((await fetch(`${adminOrigin}/v1/models`, { headers })).status).toBe(404)
})

test('the link of the first start leads to the admin listener, snippets to the public one', async () => {
  const text = await Bun.file(`${gateway.dataDir}/first-start.env`).text()
  expect(text).toContain(`${adminOrigin}/console/#setup=`)
  const headers = { authorization: `Bearer ${gateway.adminKey}` }
  const reply = await fetch(`${adminOrigin}/admin/v1/surroundings`, { headers })
  const { public_url } = (await reply.json()) as { public_url: string }
  expect(public_url).not.toBe(adminOrigin)
})

test('records beyond the retention are deleted, their totals stay, and repairing such a month is refused', async () => {
  const other = await startGateway()
  const made = await other.chat({ model: 'demo/echo', messages: [{ role: 'user', content: 'hi' }] })
  const id = made.headers.get('x-request-id') ?? ''
  await other.usageRow(id)
  {
    using database = other.database()
    database.run('update usage_records set started_at = ?', ['2026-01-05T00:00:00.000Z'])
  }
  const dataDir = other.dataDir
  other.signal('SIGTERM')
  await other.exited
  const again = await startGateway({ dataDir, env: { USAGE_RETENTION_DAYS: '32' } })
  await waitFor('the record to be deleted', () => {
    using database = again.database()
    const [row] = database
      .query<{ left: number }, []>('select count(*) as left from usage_records')
      .all()
    return row?.left === 0 ? true : null
  })
  using database = again.database()
  const [sums] = database
    .query<{ requests: number }, []>('select sum(requests) as requests from usage_daily')
    .all()
  expect(sums?.requests).toBe(1)
  const repair = await fetch(`${again.origin}/admin/v1/quotas/reconcile`, {
    method: 'POST',
    headers: { authorization: `Bearer ${again.adminKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ month: '2026-01', repair: true }),
  })
  expect(repair.status).toBe(409)
  await again.stop()
})
