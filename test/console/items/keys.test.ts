/** What the pages about keys offer beyond their main tasks. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { Page } from 'playwright-core'
import {
  chatChunks,
  chatCompletion,
  jsonReply,
  sseReply,
} from '../../support/mock/mock-upstream.ts'
import { waitFor } from '../../support/waiting.ts'
import { type ConsoleRig, created, startSignedIn, type Visit, visit } from '../console-rig.ts'

const MODEL = 'gpt-4o-mini'

interface Created {
  id: number
  secret: string
}

let rig: ConsoleRig
let first: Visit
let url: string
let adminId: number
beforeAll(async () => {
  ;({ rig, first, url } = await startSignedIn(MODEL))
  rig.mock.script(({ body }) =>
    /stream\W+true/.test(JSON.stringify(body))
      ? sseReply(chatChunks('Hello world', { usage: true }))
      : jsonReply(200, chatCompletion('Hello!')),
  )
  const found = await created<{ items: { id: number }[] }>(rig.api('GET', '/users?search=admin'))
  adminId = found.items[0]?.id ?? 0
}, 60_000)
afterAll(() => rig.close())

const newKey = (name: string, limits: object = {}) =>
  created<Created>(rig.api('POST', '/keys', { name, user_id: adminId, ...limits }))

async function ask(secret: string): Promise<number> {
  const reply = await fetch(`${rig.gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: MODEL, messages: [{ role: 'user', content: 'Hi' }] }),
  })
  await reply.arrayBuffer()
  return reply.status
}

const rowOf = (page: Page, name: string) =>
  page.getByRole('row').filter({ has: page.getByText(name, { exact: true }) })

async function choose(page: Page, name: string, action: string | RegExp): Promise<void> {
  await page.getByRole('button', { name: `Actions for ${name}` }).click()
  await page.getByRole('menuitem', { name: action }).click()
}

test('the gauges of a key follow the requests and tokens of its last minute', async () => {
  const key = await newKey('busy', { rpm: 10 })
  const { page, problems } = first
  await page.goto(`${url}/keys`)
  const requests = rowOf(page, 'busy').getByRole('meter', {
    name: 'Requests per minute of busy',
  })
  await requests.waitFor()
  expect(await requests.getAttribute('aria-valuenow')).toBe('0')
  for (let times = 0; times < 3; times++) expect(await ask(key.secret)).toBe(200)
  // Without a reload.
  await rowOf(page, 'busy').getByText('3 of 10 · 30% · requests').waitFor()
  expect(await requests.getAttribute('aria-valuenow')).toBe('30')
  await rowOf(page, 'busy')
    .getByText(/^\d+ tokens$/)
    .waitFor()
  expect(problems).toEqual([])
}, 60_000)

test('rotating leaves the old key valid for the chosen time, and the list shows it in rotation', async () => {
  const old = await newKey('rotated')
  const { page } = first
  await page.goto(`${url}/keys`)
  await choose(page, 'rotated', /^Rotate/)
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Keep the old key valid for').selectOption({ label: '1 hour' })
  await dialog.getByRole('button', { name: 'Create the new key' }).click()
  const secret = (await dialog.getByRole('group', { name: 'The key' }).textContent())?.trim()
  expect(secret).not.toBe(old.secret)
  expect([await ask(old.secret), await ask(secret ?? '')]).toEqual([200, 200])
  await dialog.getByRole('button', { name: 'Close' }).click()
  const retiring = rowOf(page, 'rotated').filter({ hasText: 'in rotation' })
  await retiring.getByText(/^in (59 min|1 hr)/).waitFor()
}, 60_000)

test('revoking asks with the name of the key, and then refuses it', async () => {
  const key = await newKey('leaked')
  const { page } = first
  await page.goto(`${url}/keys`)
  await choose(page, 'leaked', /^Revoke/)
  const dialog = page.getByRole('dialog').or(page.getByRole('alertdialog'))
  await dialog.getByText('Revoke "leaked" of admin?').waitFor()
  await dialog.getByRole('button', { name: 'Revoke "leaked"' }).click()
  await rowOf(page, 'leaked').getByText('revoked').waitFor()
  await waitFor('the refusal', async () => (await ask(key.secret)) === 401)
}, 60_000)

test('the snippets of a new key name the address of this gateway, and a test is answered', async () => {
  const { page } = first
  await page.goto(`${url}/keys?create=true`)
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Name').fill('snippets')
  await dialog.getByRole('button', { name: 'Create key' }).click()
  await dialog.getByRole('tab', { name: 'curl' }).waitFor()
  for (const name of ['Shell', 'curl', 'Python', 'TypeScript', 'AI SDK', 'Cherry Studio']) {
    await dialog.getByRole('tab', { name }).click()
    const text = await dialog.getByRole('group', { name }).textContent()
    expect({ name, address: text?.includes(rig.gateway.url) }).toEqual({ name, address: true })
  }
  await dialog.getByRole('button', { name: 'Send a test' }).click()
  await dialog.getByText('It works: answered in').waitFor()
}, 60_000)

test('the holder of a key sees its quota and use without an account', async () => {
  const key = await newKey('held', { rpm: 7 })
  await ask(key.secret)
  const { page, context, problems } = await visit(rig.browser)
  await page.goto(`${url}/key`)
  await page.getByLabel('Key', { exact: true }).fill(key.secret)
  await page.getByRole('button', { name: 'Show' }).click()
  await page.getByRole('heading', { name: 'held' }).waitFor()
  await page.getByText('Quota this month').first().waitFor()
  const facts = page.locator('section', { has: page.getByRole('heading', { name: 'held' }) })
  expect(await facts.getByRole('definition').last().textContent()).toBe('all')
  expect(
    await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage })),
  ).not.toContain(key.secret)
  await page.getByLabel('Key', { exact: true }).fill('sk-proxy-of-nobody')
  await page.getByRole('button', { name: 'Show' }).click()
  await page.getByText('The gateway does not know this key').waitFor()
  expect(problems).toEqual([])
  await context.close()
}, 60_000)

test('the playground uses the chosen key, compares two models, and shows headers and raw events', async () => {
  await created(
    rig.api('POST', '/upstreams', {
      ...{ name: 'second', provider: 'compatible', base_url: rig.mock.url },
      ...{ models: ['other-model'], secret: 'sk-of-the-second' },
    }),
  )
  const key = await newKey('mine')
  const { page, problems } = first
  await page.goto(`${url}/playground?key=${key.id}`)
  await page.getByLabel('Model', { exact: true }).selectOption(MODEL)
  await page.getByLabel('Compare with').selectOption('other-model')
  await page.getByLabel('Your message').fill('Hi')
  await page.getByRole('button', { name: 'Send' }).click()
  const logs = page.getByRole('log')
  for (const at of [0, 1]) await logs.nth(at).getByText('Hello world').waitFor()
  const details = logs.nth(0).getByText('Headers and events')
  await details.click()
  const raw = await logs.nth(0).locator('details pre').textContent()
  expect(raw).toContain('x-request-id: ')
  expect(raw).toContain('chat.completion.chunk')
  const sent = await created<{ items: { key_name: string; model: string }[] }>(
    rig.api('GET', `/requests?${lastHour()}&key_id=${key.id}`),
  )
  expect(sent.items.map(({ model }) => model).toSorted()).toEqual([MODEL, 'other-model'])
  expect(problems).toEqual([])
}, 60_000)

function lastHour(): string {
  const at = (ms: number) => new Date(Date.now() + ms).toISOString()
  return `from=${at(-3_600_000)}&until=${at(60_000)}`
}
