/** Definitions of models by the admin API: set, shown, guarded against overwriting, removed, audited and explained. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Gateway, startGateway } from '../support/gateway.ts'
import { waitFor } from '../support/waiting.ts'
import { type ConsoleClient, signedInAdmin } from './console-client.ts'

let gateway: Gateway
let admin: ConsoleClient

beforeAll(async () => {
  const upstreams = ['one', 'two'].map((name) => ({ name, baseUrl: `http://127.0.0.1:9/${name}` }))
  gateway = await startGateway({ upstreams })
  admin = await signedInAdmin(gateway)
})
afterAll(() => gateway.stop())

const PATH = '/model-definitions/fast'
const DEFINITION = {
  strategy: 'cost',
  targets: [
    { upstream: 'one', model: 'small', conditions: ['max-tokens:20'] },
    { upstream: 'two', model: 'large', max_in_flight: 4 },
    { upstream: 'two', model: 'next', mirror_percent: 5 },
  ],
  first_token_ms: 800,
  first_token_action: 'hedge',
}
const errorOf = async (response: Response) =>
  ((await response.json()) as { error: { code: string; param: string | null } }).error

test('a definition is set, shown as it is, changed with its version, and serves within a second', async () => {
  const made = await admin.call('PUT', PATH, DEFINITION, { 'if-none-match': '*' })
  expect(made.status).toBe(200)
  const shown = await admin.call('GET', PATH)
  expect(await shown.json()).toMatchObject({ name: 'fast', ...DEFINITION, drop: [], set: {} })
  const version = shown.headers.get('etag') ?? ''
  const changed = { ...DEFINITION, strategy: 'latency' }
  const first = await admin.call('PUT', PATH, changed, { 'if-match': version })
  expect(first.status).toBe(200)
  const late = await admin.call('PUT', PATH, DEFINITION, { 'if-match': version })
  expect([late.status, (await errorOf(late)).code]).toEqual([412, 'version_conflict'])
  const again = await admin.call('PUT', PATH, DEFINITION, { 'if-none-match': '*' })
  expect(again.status).toBe(409)
  await waitFor('the model to be listed', async () => {
    const headers = { authorization: `Bearer ${gateway.proxyKey}` }
    return (await fetch(`${gateway.baseUrl}/models/fast`, { headers })).status === 200
  })
})

test.each([
  ['targets', { targets: [{ model: 'm', conditions: ['magic:1'] }] }],
  ['targets', { targets: [{ model: 'm', mirror_percent: 5 }] }],
  ['first_token_ms', { targets: [{ model: 'm' }], first_token_action: 'hedge' }],
  ['set', { targets: [{ model: 'm' }], set: { stream: true } }],
  ['set', { targets: [{ model: 'm' }], set: { 'max_tokens<': 'many' } }],
  ['set', { targets: [{ model: 'm' }], set: { 'model<': 1 } }],
])('a definition with wrong %s is refused', async (_, body) => {
  const response = await admin.call('PUT', '/model-definitions/wrong', body)
  expect(response.status).toBeGreaterThanOrEqual(400)
  expect(response.status).toBeLessThan(500)
  expect((await admin.call('GET', '/model-definitions/wrong')).status).toBe(404)
})

test('a dry run lists the targets that accept a request', async () => {
  const explain = async (text: string) => {
    const body = JSON.stringify({ messages: [{ role: 'user', content: text }] })
    const query = new URLSearchParams({ body })
    const response = await admin.call('GET', `${PATH}/explain?${query}`)
    const { items } = (await response.json()) as { items: { model: string; verdict: string }[] }
    return items.slice(0, 3).map(({ model, verdict }) => `${model}: ${verdict}`)
  }
  expect(await explain('Hi')).toEqual([
    'small: tried',
    'large: tried',
    'next: mirror: it gets a copy of 5 % of the requests',
  ])
  expect((await explain('long '.repeat(100)))[0]).toBe('small: not tried: it needs max-tokens:20')
})

test('a defined name is in the list of models and is found, with its targets in their order', async () => {
  const reply = await admin.call('GET', '/models?search=fast')
  const { items } = (await reply.json()) as {
    items: { name: string; origin: string; targets: { model: string; priority: number }[] }[]
  }
  expect(items.map(({ name, origin }) => [name, origin])).toEqual([['fast', 'declared']])
  expect(items[0]?.targets.map(({ model }) => model)).toEqual(['small', 'large'])
  const found = await (await admin.call('GET', '/search?q=fas')).json()
  expect(found).toMatchObject({ items: [{ kind: 'model', name: 'fast' }] })
})

test('a dry run gives its reasons as codes too', async () => {
  const body = JSON.stringify({ messages: [{ role: 'user', content: 'long '.repeat(100) }] })
  const reply = await admin.call('GET', `${PATH}/explain?${new URLSearchParams({ body })}`)
  const { items } = (await reply.json()) as { items: { reason: string; detail: string | null }[] }
  expect(items.slice(0, 3).map(({ reason, detail }) => [reason, detail])).toEqual([
    ['condition', 'max-tokens:20'],
    ['tried', null],
    ['mirror', '5'],
  ])
})

test('the command line explains a request from standard input', async () => {
  const stdin = JSON.stringify({ messages: [{ role: 'user', content: 'long '.repeat(100) }] })
  const args = ['route', 'explain', 'fast', '--body', '--key', '1', '--json']
  const { stdout, exitCode } = await gateway.cli(args, { stdin })
  expect(exitCode).toBe(0)
  expect(JSON.parse(stdout)[0].verdict).toBe('not tried: it needs max-tokens:20')
  const wrong = await gateway.cli(args, { stdin: '[' })
  expect(wrong.exitCode).not.toBe(0)
  expect(wrong.stderr).toContain('standard input is not a JSON object')
})

test('the command line explains a request from a file', async () => {
  const file = join(gateway.dataDir, 'request.json')
  const body = { messages: [{ role: 'user', content: 'long '.repeat(100) }] }
  writeFileSync(file, JSON.stringify(body))
  const explain = (...args: string[]) =>
    gateway.cli(['route', 'explain', 'fast', '--key', '1', '--json', ...args], {
      stdin: JSON.stringify({ messages: [] }),
    })
  const { stdout } = await explain('--body', file)
  expect(JSON.parse(stdout)[0].verdict).toBe('not tried: it needs max-tokens:20')
  const piped = await explain('--body', '-')
  expect(JSON.parse(piped.stdout)[0].verdict).not.toContain('max-tokens')
  const missing = await explain('--body', join(gateway.dataDir, 'nothing.json'))
  expect(missing.exitCode).not.toBe(0)
  expect(missing.stderr).toContain("nothing.json can't be read: ENOENT")
})

test('a removed definition no longer serves, and the audit log has each change', async () => {
  expect((await admin.call('DELETE', PATH)).status).toBe(204)
  expect((await admin.call('GET', PATH)).status).toBe(404)
  expect((await admin.call('DELETE', PATH)).status).toBe(404)
  const { stdout } = await gateway.cli(['audit', '--json'])
  const actions = (JSON.parse(stdout) as { action: string; subject: string }[])
    .filter(({ subject }) => subject === 'model:fast')
    .map(({ action }) => action)
  expect(actions.toSorted()).toEqual(['model.delete', 'model.set', 'model.set'])
})
