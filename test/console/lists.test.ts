/** Lists, clocks and files: late answers, long lists, a wrong clock, a spent quota, an upgrade, a lost network. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { chatCompletion, jsonReply } from '../support/mock/mock-upstream.ts'
import { waitFor } from '../support/waiting.ts'
import {
  type ConsoleRig,
  created,
  signIn,
  startSignedIn,
  type Visit,
  visit,
} from './console-rig.ts'

const MODEL = 'gpt-4o-mini'
const USERS = 60
const REQUESTS = 60

let rig: ConsoleRig
let first: Visit
let url: string
beforeAll(async () => {
  ;({ rig, first, url } = await startSignedIn(MODEL, 'other'))
  rig.mock.script(() => jsonReply(200, chatCompletion('Hello!')))
}, 60_000)
afterAll(() => rig.close())

test('an older answer that arrives last is dropped', async () => {
  const { page } = first
  const { promise: later, resolve: release } = Promise.withResolvers<void>()
  await page.route('**/admin/v1/models?search=gpt*', async (route) => {
    await later
    await route.continue().catch(() => {})
  })
  await page.goto(`${url}/models`)
  await page.getByRole('button', { name: MODEL }).waitFor()
  const asked = page.waitForRequest('**/admin/v1/models?search=gpt*')
  await page.getByLabel('Find a model').fill('gpt')
  await asked
  await page.getByLabel('Find a model').fill('other')
  await page.getByRole('button', { name: MODEL }).waitFor({ state: 'detached' })
  release()
  await page.unrouteAll({ behavior: 'wait' })
  await page.getByRole('button', { name: 'other' }).waitFor()
  expect(await page.getByRole('button', { name: MODEL }).count()).toBe(0)
}, 60_000)

test('the picker of users finds one of many by searching in the gateway', async () => {
  for (let at = 0; at < USERS; at++)
    await created(rig.api('POST', '/users', { username: `person-${at}` }))
  const { page } = first
  await page.goto(`${url}/keys?create=true`)
  const owner = page.getByRole('dialog').getByLabel('Owner')
  await owner.waitFor()
  expect(await owner.getByRole('option').count()).toBeLessThan(USERS)
  await page.getByRole('dialog').getByLabel('Find another user').fill('person-59')
  await owner.getByRole('option', { name: 'person-59' }).waitFor({ state: 'attached' })
}, 60_000)

test('a page of a list is one request, however many rows it has', async () => {
  const { page } = first
  const asked: string[] = []
  page.on('request', (request) => {
    const { pathname } = new URL(request.url())
    if (pathname.includes('/admin/v1/users')) asked.push(pathname)
  })
  await page.goto(`${url}/users`)
  await page.getByRole('cell').first().waitFor()
  await page.waitForLoadState('networkidle', { timeout: 2000 }).catch(() => {})
  expect(await page.getByRole('row').count()).toBeGreaterThan(40)
  expect(asked.filter((path) => /users\/\d/.test(path))).toEqual([])
  // More pages are loaded only when their place comes into view.
  expect(asked.length).toBeLessThanOrEqual(2)
}, 60_000)

test('a list that renders only visible rows gives a screen reader its length', async () => {
  for (let at = 0; at < REQUESTS; at++) await (await rig.ask(MODEL)).arrayBuffer()
  const { page } = first
  const table = page.getByRole('table', { name: 'Requests' }).and(page.locator('[aria-rowcount]'))
  await waitFor('all requests in the list', async () => {
    await page.goto(`${url}/requests`)
    await table.waitFor()
    return Number(await table.getAttribute('aria-rowcount')) >= REQUESTS + 1
  })
  expect(await table.getByRole('row').count()).toBeLessThan(REQUESTS)
}, 60_000)

test('a countdown follows the clock of the gateway, not one that is two hours wrong', async () => {
  const { page, context } = await visit(rig.browser)
  await page.addInitScript(() => {
    const right = Date.now
    Date.now = () => right() + 7_200_000
  })
  await signIn(page, rig.gateway.url, 'admin')
  await page.goto(`${url}/users`)
  await page.getByRole('link', { name: 'default' }).click()
  await page.getByRole('button', { name: 'More for default' }).click()
  await page.getByRole('menuitem', { name: /Link to set a password/ }).click()
  await page
    .getByRole('dialog')
    .getByText(/^\d\d+:\d\d$/)
    .waitFor()
  await context.close()
}, 60_000)

test('usage opens for a user whose quota is spent', async () => {
  const { page, context, problems } = await rig.signInNew('spent', 'user')
  const found = await created<{ items: { id: number }[] }>(rig.api('GET', '/users?search=spent'))
  await created(rig.api('PATCH', `/users/${found.items[0]?.id}`, { monthly_quota_tokens: 1 }))
  await page.goto(`${url}/usage`)
  await page.getByText('Total', { exact: true }).first().waitFor()
  expect(problems).toEqual([])
  await context.close()
}, 60_000)

test('a file that an upgrade has replaced loads the page again, once', async () => {
  const { page } = first
  let missing = 0
  await page.route('**/assets/audit-page-*.js', async (route) => {
    if (missing++ === 0) await route.fulfill({ status: 404, body: '' })
    else await route.continue()
  })
  await page.goto(`${url}/users`)
  let loads = 0
  page.on('load', () => loads++)
  await page.getByRole('link', { name: 'Audit' }).click()
  await page.getByRole('heading', { level: 1, name: 'Audit' }).waitFor()
  await page.getByRole('cell').first().waitFor()
  expect({ missing: missing > 1, loads }).toEqual({ missing: true, loads: 1 })
  await page.unrouteAll({ behavior: 'wait' })
}, 60_000)

test('a refused request shows the figures that were compared, and leads to the playground', async () => {
  const admin = await created<{ items: { id: number }[] }>(rig.api('GET', '/users?search=admin'))
  const { secret } = await created<{ secret: string }>(
    rig.api('POST', '/keys', { name: 'slow', user_id: admin.items[0]?.id, tpm: 20 }),
  )
  const body = { model: MODEL, max_tokens: 100, messages: [{ role: 'user', content: 'Hi' }] }
  const reply = await fetch(`${rig.gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  expect(reply.status).toBe(429)
  const { page } = first
  await page.goto(`${url}/requests?id=${reply.headers.get('x-request-id')}`)
  const drawer = page.getByRole('dialog')
  const row = drawer.getByRole('row').filter({ hasText: 'Tokens per minute' })
  await row.getByText('refused').waitFor()
  await row.getByRole('cell', { name: '20', exact: true }).waitFor()
  await drawer.getByText('/v1/chat/completions').waitFor()
  await drawer.getByRole('link', { name: 'Open in the playground' }).click()
  await page.getByRole('heading', { level: 1, name: 'Playground' }).waitFor()
  // The list of models is loaded first.
  await waitFor('its model', async () => (await page.getByLabel('Model').inputValue()) === MODEL)
}, 60_000)

test('all keys under a filter are revoked: those and no others, counted before', async () => {
  const user = await created<{ items: { id: number }[] }>(rig.api('GET', '/users?search=admin'))
  const names = Array.from({ length: 60 }, (_, at) => `batch-${at}`)
  for (const name of [...names, 'kept'])
    await created(rig.api('POST', '/keys', { name, user_id: user.items[0]?.id }))
  const { page } = first
  await page.goto(`${url}/keys?q=batch-`)
  // The list shows its first page only.
  await page
    .getByRole('cell', { name: /^batch-/ })
    .first()
    .waitFor()
  expect(await page.getByRole('cell', { name: /^batch-/ }).count()).toBeLessThan(names.length)
  await page.getByRole('button', { name: 'Revoke these' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText('Revoke 60 keys?').waitFor()
  // One that is created now was not counted, so it stays.
  await created(rig.api('POST', '/keys', { name: 'batch-late', user_id: user.items[0]?.id }))
  await dialog.getByRole('button', { name: 'Revoke 60 keys' }).click()
  await page.getByText('Revoked keys: 60').waitFor()
  const active = await created<{ items: { name: string }[] }>(
    rig.api('GET', '/keys?state=active&limit=100'),
  )
  const left = active.items.map(({ name }) => name)
  expect(left).toContain('kept')
  expect(left.filter((name) => name.startsWith('batch-'))).toEqual(['batch-late'])
}, 60_000)

test('a setting that the environment determines shows its source and can not be changed here', async () => {
  const { page } = first
  await page.goto(`${url}/settings`)
  const row = page.getByRole('row').filter({ hasText: /^DATA_DIR/ })
  await row.getByText('environment').waitFor()
  expect(await row.getByRole('textbox').count()).toBe(0)
}, 60_000)

test('a long search shows how far back it has got', async () => {
  const { page } = first
  const { promise: later, resolve: release } = Promise.withResolvers<void>()
  const answer = (next: string | null, searchedUntil: string | null) => ({
    json: { items: [], total: null, next_cursor: next, searched_until: searchedUntil },
  })
  await page.route('**/admin/v1/requests?*', async (route) => {
    if (!route.request().url().includes('cursor=further'))
      return route.fulfill(answer('further', '2026-11-03T12:00:00.000Z'))
    await later
    await route.fulfill(answer(null, null))
  })
  await page.goto(`${url}/requests?range=30d&outcome=lost`)
  const status = page.getByRole('status').filter({ hasText: 'Searched back to' })
  await status.filter({ hasText: '3 Nov' }).waitFor()
  release()
  await page.getByText('No matching requests').waitFor()
  expect(await status.count()).toBe(0)
  await page.unrouteAll({ behavior: 'wait' })
}, 60_000)

test('without the network the open page stays, and the next one opens when the gateway answers', async () => {
  const { page, context } = await visit(rig.browser)
  await signIn(page, rig.gateway.url, 'admin')
  await page.getByRole('link', { name: 'Users' }).click()
  await page.getByRole('heading', { level: 1, name: 'Users' }).waitFor()
  await context.setOffline(true)
  await page.getByRole('link', { name: 'Doctor' }).click()
  await page.getByText('The gateway does not answer.').first().waitFor()
  expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('Users')
  await context.setOffline(false)
  await page.getByRole('heading', { level: 1, name: 'Doctor' }).waitFor()
  await context.close()
}, 60_000)
