/** Two users at two keys of each vendor: whatever is called with whichever id, nobody reaches what is another's. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { ANTHROPIC_ROUTES } from '../../../src/passthrough/anthropic-routes.ts'
import { GEMINI_API_ROUTES } from '../../../src/passthrough/gemini-routes.ts'
import { OPENAI_ROUTES } from '../../../src/passthrough/openai-routes.ts'
import type { VendorRoute } from '../../../src/passthrough/route.ts'
import { type Gateway, startGateway } from '../../support/gateway.ts'
import { waitFor } from '../../support/waiting.ts'

const CALLS = 1_000
const VENDORS = ['openai', 'anthropic', 'gemini'] as const
const ROUTES = [...OPENAI_ROUTES, ...ANTHROPIC_ROUTES, ...GEMINI_API_ROUTES].filter(
  ({ target }) => target.by === 'object',
)
/** The same numbers for both users: hosts that count give the same ids to different objects. */
const IDS_PER_KIND = 4

interface Seen {
  upstream: string
  line: string
}
const seen: Seen[] = []
const vendor = Bun.serve({
  port: 0,
  hostname: '127.0.0.1',
  async fetch(request) {
    await request.bytes()
    const { pathname } = new URL(request.url)
    const [, upstream = '', ...rest] = pathname.split('/')
    // The gateway looks for itself which models there are, and does not delete a batch before it has asked for it.
    if (!pathname.endsWith('/models'))
      seen.push({ upstream, line: `${request.method} /${rest.join('/')}` })
    return Response.json({ upstream, object: 'list', data: [], status: 'completed' })
  },
})

let gateway: Gateway
/** By user. */
let keys: string[]
beforeAll(async () => {
  gateway = await startGateway({
    upstreams: VENDORS.flatMap((provider) =>
      [0, 1].map((at) => ({
        ...{ name: `${provider}-${at}`, provider },
        baseUrl: `http://127.0.0.1:${vendor.port}/${provider}-${at}`,
      })),
    ),
    env: { BATCH_CHECK_SECONDS: '3600' },
  })
  keys = []
  for (const name of ['ada', 'bob']) {
    await gateway.cli(['user', 'create', name])
    keys.push((await gateway.cli(['key', 'create', name])).stdout.trim())
  }
  const [, last] = keys
  const headers = { authorization: `Bearer ${last}` }
  await waitFor('the new keys', async () =>
    (await fetch(`${gateway.baseUrl}/models`, { headers })).ok ? true : null,
  )
  using database = gateway.database()
  const insert = database.prepare(
    `INSERT OR IGNORE INTO vendor_objects SELECT ?, ?, upstream_keys.id, users.id, 1, '2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z'
     FROM upstream_keys, users WHERE upstream_keys.name = ? AND users.username = ?`,
  )
  database.transaction(() => {
    for (const { api, target } of ROUTES)
      for (const [at, user] of ['ada', 'bob'].entries())
        for (let count = 0; count < IDS_PER_KIND; count++) {
          const { kind } = target as { kind: string }
          insert.run(kind, `${kind}-of-${at}-${count}`, `${api}-${at}`, user)
          insert.run(kind, `${kind}-same-${count}`, `${api}-${at}`, user)
        }
  })()
})
afterAll(async () => {
  await gateway.stop()
  await vendor.stop(true)
})

async function call({ api, method, path, target }: VendorRoute, user: number, id: string) {
  const { kind } = target as { kind: string }
  const place = path
    .replace(/^\/v1(?=\/)/, '')
    .replace(/\{(\w+)(\*?)\}/g, (_, name, rest) =>
      rest ? 'some/file.txt' : name === kind ? id : `${name}-inner`,
    )
  const root = api === 'gemini' ? gateway.baseUrl.replace(/\/v1$/, '') : gateway.baseUrl
  seen.length = 0
  const reply = await fetch(`${root}${place}`, {
    method,
    headers: {
      authorization: `Bearer ${keys[user]}`,
      'content-type': 'application/json',
      ...(api === 'anthropic' && { 'anthropic-version': '2023-06-01' }),
    },
    ...(method !== 'GET' && method !== 'DELETE' && { body: '{}' }),
  })
  return {
    status: reply.status,
    text: await reply.text(),
    upstreams: [...new Set(seen.map(({ upstream }) => upstream))],
  }
}

const random = (below: number) => Math.floor(Math.random() * below)
/** Deletions would make ids unknown, for which another rule holds. */
const KEEPING = ROUTES.filter(({ deletes }) => !deletes)

test(`${CALLS} calls with random ids: only one's own are reached, each at its key`, async () => {
  const wrong: unknown[] = []
  for (let count = 0; count < CALLS; count++) {
    const route = KEEPING[random(KEEPING.length)] as VendorRoute
    const { kind } = route.target as { kind: string }
    const [user, owner] = [random(2), random(2)]
    const isShared = random(3) === 0
    const id = isShared
      ? `${kind}-same-${random(IDS_PER_KIND)}`
      : `${kind}-of-${owner}-${random(IDS_PER_KIND)}`
    const { status, text, upstreams } = await call(route, user, id)
    const isOwn = isShared || user === owner
    const isRight = isOwn
      ? status === 200 && String(upstreams) === `${route.api}-${user}`
      : status === 404 && upstreams.length === 0
    if (!isRight)
      wrong.push([route.method, route.path, id, user, status, text.slice(0, 300), upstreams])
  }
  expect(wrong).toEqual([])
}, 120_000)

test('what one user deletes under an id that two vendors gave is still there for the other', async () => {
  const deletions = ROUTES.filter(({ deletes }) => deletes)
  expect(deletions.length).toBeGreaterThan(30)
  for (const route of deletions) {
    const { kind } = route.target as { kind: string }
    const id = `${kind}-same-0`
    const deleted = await call(route, 0, id)
    expect([route.path, deleted.status, deleted.upstreams]).toEqual([
      route.path,
      200,
      [`${route.api}-0`],
    ])
    const other = await call(route, 1, id)
    expect([route.path, other.status, other.upstreams]).toEqual([
      route.path,
      200,
      [`${route.api}-1`],
    ])
  }
}, 60_000)
