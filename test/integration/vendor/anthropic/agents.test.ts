/** Anthropic's managed agents, their sessions and stores: whose they are, how they are listed, what they are recorded as. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import Anthropic from '@anthropic-ai/sdk'
import { type Gateway, startGateway } from '../../../support/gateway.ts'
import { waitFor } from '../../../support/waiting.ts'

type Item = Record<string, unknown> & { id: string }

/** Keeps each collection in memory and lists it by tokens, two items a page. Ids begin with the vendor's name. */
function startAgentsMock(name: string) {
  const collections = new Map<string, Item[]>()
  const calls: string[] = []
  const itemsOf = (collection: string) => {
    const items = collections.get(collection) ?? []
    collections.set(collection, items)
    return items
  }
  const page = (collection: string, from: number) => {
    const items = itemsOf(collection)
    const end = from + 2
    const previous = from === 0 ? null : `p${Math.max(0, from - 2)}`
    const next_page = end < items.length ? `p${end}` : null
    return Response.json({ data: items.slice(from, end), next_page, prev_page: previous })
  }
  const make = (collection: string, fields: object) => {
    const items = itemsOf(collection)
    const item = { ...fields, id: `${name}_${collection}_${items.length + 1}` }
    items.push(item)
    return Response.json(item)
  }
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    async fetch(request) {
      const { pathname, searchParams } = new URL(request.url)
      calls.push(`${request.method} ${pathname}`)
      const [, , collection = '', id, rest] = pathname.split('/')
      const body = JSON.parse((await request.text()) || '{}') as object
      if (collection === 'models') return Response.json({ data: [], has_more: false })
      if (rest === 'events' && pathname.endsWith('/stream'))
        return new Response(
          'event: session.status_idle\ndata: {"type":"session.status_idle"}\n\n',
          {
            headers: { 'content-type': 'text/event-stream' },
          },
        )
      if (rest === 'run')
        return make('deployment_runs', { deployment_id: id, session_id: 'sesn_run' })
      if (id === undefined && request.method === 'POST') return make(collection, body)
      if (id === undefined) return page(collection, Number(searchParams.get('page')?.slice(1) ?? 0))
      return Response.json(itemsOf(collection).find((item) => item.id === id) ?? { id })
    },
  })
  return {
    url: `http://127.0.0.1:${server.port}`,
    calls,
    itemsOf,
    stop: () => server.stop(true),
  }
}

let first: ReturnType<typeof startAgentsMock>
let second: ReturnType<typeof startAgentsMock>
let gateway: Gateway
let owner: Anthropic
let stranger: Anthropic
let restricted: Anthropic

beforeAll(async () => {
  first = startAgentsMock('one')
  second = startAgentsMock('two')
  gateway = await startGateway({
    upstreams: [
      { name: 'one', provider: 'anthropic', baseUrl: first.url },
      { name: 'two', provider: 'anthropic', baseUrl: second.url },
    ],
  })
  await gateway.cli(['user', 'create', 'stranger'])
  const other = (await gateway.cli(['key', 'create', 'stranger'])).stdout.trim()
  const narrow = (await gateway.cli(['key', 'create', 'default', '--model', 'claude-x'])).stdout
  owner = clientOf(gateway.proxyKey)
  stranger = clientOf(other)
  restricted = clientOf(narrow.trim())
  await waitFor('the new keys', async () =>
    (await statusOf(restricted.models.list())) === 200 &&
    (await statusOf(stranger.models.list())) === 200
      ? true
      : null,
  )
})
afterAll(async () => {
  await gateway.stop()
  await Promise.all([first.stop(), second.stop()])
})
beforeEach(() => {
  first.calls.length = 0
  second.calls.length = 0
})

function clientOf(apiKey: string): Anthropic {
  return new Anthropic({ baseURL: `http://127.0.0.1:${gateway.port}`, apiKey, maxRetries: 0 })
}
const statusOf = (call: PromiseLike<unknown>) =>
  Promise.resolve(call).then(
    () => 200,
    ({ status }: { status: number }) => status,
  )
const asked = () => [...first.calls, ...second.calls].filter((line) => !line.endsWith('/models'))
const allOf = async (pages: AsyncIterable<{ id: string }>) => {
  const ids: string[] = []
  for await (const { id } of pages) ids.push(id)
  return ids
}
const agentParams = { name: 'a', model: 'claude-x' } as const

async function makeSession(client: Anthropic) {
  const agent = await client.beta.agents.create(agentParams)
  const environment = await client.beta.environments.create({ name: 'e' })
  return client.beta.sessions.create({ agent: agent.id, environment_id: environment.id })
}

/** As if the caller had made it at this key before. */
function recordOwned(kind: string, id: string, upstream: number): void {
  using database = gateway.database()
  database
    .query(
      "INSERT INTO vendor_objects SELECT ?, ?, ?, (SELECT id FROM users WHERE username = 'default'), 1, '2026-01-01T00:00:00.000Z', NULL",
    )
    .run(kind, id, upstream)
}

describe('the official client', () => {
  test('makes an agent, an environment and a session at one key and follows its events', async () => {
    const session = await makeSession(owner)
    expect((await owner.beta.sessions.retrieve(session.id)).id).toBe(session.id)
    const types: string[] = []
    for await (const event of await owner.beta.sessions.events.stream(session.id))
      types.push(event.type)
    expect(types).toEqual(['session.status_idle'])
  })

  test('iterates over all of its own in pages, over both keys, and sees no one else’s', async () => {
    const mine = []
    for (const [upstream, { itemsOf }] of [first, second].entries())
      for (let count = 0; count < 5; count++) {
        const id = `vlt_${upstream}_${count}`
        itemsOf('vaults').push({ id }, { id: `${id}_of_another` })
        recordOwned('vault', id, upstream + 1)
        mine.push(id)
      }
    expect(await allOf(owner.beta.vaults.list())).toEqual(mine)
    expect(await allOf(stranger.beta.vaults.list())).toEqual([])
    const page = await owner.beta.vaults.list()
    expect(page.next_page).toBe('1.p2')
    const reply = await fetch(`${gateway.baseUrl}/vaults?page=2.p8`, {
      headers: { 'x-api-key': gateway.proxyKey, 'anthropic-version': '2023-06-01' },
    })
    expect(await reply.json()).toEqual({
      data: [{ id: 'vlt_1_4' }],
      next_page: null,
      prev_page: '2.p6',
    })
  })
})

describe('what belongs to another user is a 404, and its vendor is not asked', () => {
  test('by path, as an agent, an environment, a vault, a store or a session', async () => {
    const session = await makeSession(owner)
    const agent = await owner.beta.agents.create(agentParams)
    const environment = await owner.beta.environments.create({ name: 'e' })
    const vault = await owner.beta.vaults.create({ display_name: 'v' })
    const store = await owner.beta.memoryStores.create({ name: 'm' })
    first.calls.length = 0
    second.calls.length = 0
    const own = { agent: 'agent_x', environment_id: 'env_x' }
    const calls = [
      stranger.beta.sessions.retrieve(session.id),
      stranger.beta.sessions.events.send(session.id, { events: [] }),
      stranger.beta.sessions.create({ ...own, agent: agent.id }),
      stranger.beta.sessions.create({ ...own, agent: { type: 'agent', id: agent.id, version: 1 } }),
      stranger.beta.sessions.create({ ...own, environment_id: environment.id }),
      stranger.beta.sessions.create({ ...own, vault_ids: [vault.id] }),
      stranger.beta.sessions.create({
        ...own,
        resources: [{ type: 'memory_store', memory_store_id: store.id }],
      }),
      stranger.beta.agents.create({
        ...agentParams,
        multiagent: { type: 'coordinator', agents: [{ type: 'agent', id: agent.id }] },
      }),
      stranger.beta.dreams.create({
        model: 'claude-x',
        inputs: [{ type: 'sessions', session_ids: [session.id] }],
      }),
      stranger.beta.files.list({ scope_id: session.id }),
    ]
    expect(await Promise.all(calls.map(statusOf))).toEqual(calls.map(() => 404))
    expect(asked()).toEqual([])
  })

  test("but `session_id` of a chat isn't an object", async () => {
    const session = await makeSession(owner)
    const reply = await fetch(`${gateway.baseUrl}/messages`, {
      method: 'POST',
      headers: { authorization: `Bearer ${gateway.proxyKey}` },
      body: JSON.stringify({
        model: 'claude-x',
        max_tokens: 1,
        messages: [],
        session_id: session.id,
      }),
    })
    expect(await reply.text()).not.toContain('Session with id')
  })
})

test('what a vendor makes for an object belongs to that object’s owner', async () => {
  const session = await makeSession(owner)
  const at = session.id.startsWith('one') ? first : second
  at.itemsOf('files').push(
    { id: 'file_made', scope: { type: 'session', id: session.id } },
    { id: 'file_other', scope: { type: 'session', id: 'sesn_other' } },
  )
  expect(await allOf(owner.beta.files.list({ scope_id: session.id }))).toEqual(['file_made'])
  expect(await statusOf(stranger.beta.files.retrieveMetadata('file_made'))).toBe(404)
  expect(await statusOf(owner.beta.files.retrieveMetadata('file_made'))).toBe(200)

  const deployment = await owner.beta.deployments.create({
    agent: 'agent_x',
    environment_id: 'env_x',
    initial_events: [],
    name: 'd',
  })
  const run = await owner.beta.deployments.run(deployment.id)
  expect(await statusOf(stranger.beta.sessions.retrieve(run.session_id ?? ''))).toBe(404)
  at.itemsOf('deployment_runs').push({ id: 'run_planned', deployment_id: deployment.id })
  expect(await allOf(owner.beta.deploymentRuns.list())).toEqual([run.id, 'run_planned'])
  expect(await allOf(stranger.beta.deploymentRuns.list())).toEqual([])
})

test('a session is recorded as unpriced, and a key for some models can’t begin one', async () => {
  const session = await makeSession(owner)
  const { response } = await owner.beta.sessions.events
    .send(session.id, { events: [] })
    .withResponse()
  const record = await gateway.usageRow(response.headers.get('x-request-id') ?? '')
  expect(record).toMatchObject({ endpoint: 'sessions/{session}/events', cost_usd: null })
  expect(await statusOf(makeSession(restricted))).toBe(403)
  const other = { name: 'a', model: { id: 'claude-other' } } as const
  expect(await statusOf(restricted.beta.agents.create(other))).toBe(403)
})
