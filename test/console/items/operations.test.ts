/** What Upstreams, Models, Doctor, Audit and Settings offer beyond their main tasks. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { Page } from 'playwright-core'
import { chatCompletion, jsonReply } from '../../support/mock/mock-upstream.ts'
import { waitFor } from '../../support/waiting.ts'
import { type ConsoleRig, created, startSignedIn, type Visit } from '../console-rig.ts'

const MODEL = 'gpt-4o-mini'
const SECRET = 'sk-of-the-other-provider'

let rig: ConsoleRig
let first: Visit
let url: string
let isLimited = false
beforeAll(async () => {
  ;({ rig, first, url } = await startSignedIn(MODEL))
  rig.mock.script(() =>
    isLimited
      ? jsonReply(429, { error: { message: 'slow down' } }, { 'retry-after': '90' })
      : jsonReply(200, chatCompletion('Hello!')),
  )
  await created(
    rig.api('POST', '/upstreams', {
      ...{ name: 'other', provider: 'compatible', base_url: rig.mock.url },
      ...{ models: [MODEL], secret: SECRET, weight: 3 },
    }),
  )
  await first.context.grantPermissions(['clipboard-read', 'clipboard-write'])
}, 60_000)
afterAll(() => rig.close())

const rowOf = (page: Page, name: string) =>
  page.getByRole('row').filter({ has: page.getByText(name, { exact: true }) })

test('an upstream shows the share that its weight means, and its last attempts', async () => {
  for (let times = 0; times < 12; times++) await (await rig.ask(MODEL)).arrayBuffer()
  const { page, problems } = first
  await page.goto(`${url}/upstreams`)
  await rowOf(page, 'other').getByText('75%').waitFor()
  await rowOf(page, 'mock').getByText('25%').waitFor()
  await rowOf(page, 'other')
    .getByRole('img', { name: /^all of the last \d+ answered$/ })
    .waitFor()
  expect(await rowOf(page, 'other').textContent()).not.toContain(SECRET)
  expect(problems).toEqual([])
}, 60_000)

test('a model that the provider limits shows a countdown that runs, and a reset ends it', async () => {
  isLimited = true
  await (await rig.ask(MODEL)).arrayBuffer()
  isLimited = false
  const { page } = first
  await page.goto(`${url}/upstreams`)
  const timer = rowOf(page, 'other').locator('time').first()
  await timer.waitFor()
  const before = await timer.textContent()
  expect(before).toMatch(/^1:\d\d$|^\d+ s$/)
  await waitFor('the next second', async () => (await timer.textContent()) !== before)
  await page.getByRole('button', { name: 'Actions for other' }).click()
  await page.getByRole('menuitem', { name: 'Reset health' }).click()
  await timer.waitFor({ state: 'detached' })
}, 60_000)

test('a custom price applies to a model and is given up again', async () => {
  const { page, problems } = first
  await page.goto(`${url}/models`)
  await page.getByRole('button', { name: MODEL }).click()
  const drawer = page.getByRole('dialog')
  await drawer.getByLabel('Input', { exact: true }).fill('1.5')
  await drawer.getByLabel('Output', { exact: true }).fill('6')
  await drawer.getByRole('button', { name: 'Set price' }).click()
  await drawer.getByText(/^A custom price/).waitFor()
  await drawer.getByRole('button', { name: 'Use the published price' }).click()
  await drawer.getByText(/^The published price/).waitFor()
  expect(problems).toEqual([])
}, 60_000)

test('the doctor listens from this browser, and its report is copied without secrets', async () => {
  const { page, problems } = first
  await page.goto(`${url}/doctor`)
  await page.getByRole('button', { name: 'Test streaming' }).click()
  await page.getByText('one by one', { exact: true }).waitFor()
  await page.getByRole('button', { name: 'Run the checks' }).click()
  await page.getByRole('button', { name: 'Copy report without secrets' }).click()
  await page.getByRole('button', { name: 'Copied' }).waitFor()
  const report = await page.evaluate(() => navigator.clipboard.readText())
  expect(JSON.parse(report)).toHaveProperty('checks')
  expect(report).not.toContain(SECRET)
  expect(report).not.toContain(rig.adminKey)
  expect(problems).toEqual([])
}, 60_000)

test('a change is in the audit with both values, on the page and in the file, and no secret', async () => {
  const { items } = await created<{ items: { id: number }[] }>(
    rig.api('GET', '/upstreams?search=other'),
  )
  await created(
    rig.api('PATCH', `/upstreams/${items[0]?.id}`, { weight: 5, secret: `${SECRET}-2` }),
  )
  const { page, problems } = first
  await page.goto(`${url}/audit?action=upstream.update`)
  const row = page.getByRole('row').filter({ hasText: 'upstream.update' }).first()
  const change = row.getByRole('listitem').filter({ hasText: 'weight' })
  expect(await change.locator('del').textContent()).toBe('3')
  expect(await change.locator('ins').textContent()).toBe('5')
  const download = page.waitForEvent('download')
  await page.getByRole('link', { name: 'Export as CSV' }).click()
  const file = await Bun.file(await (await download).path()).text()
  expect(file).toContain('upstream.update')
  expect(file).not.toContain('upstream.create')
  expect(file).not.toContain(SECRET)
  expect(problems).toEqual([])
}, 60_000)

test('settings show the source of a variable, the version, and the licenses of what is bundled', async () => {
  const { page, problems } = first
  await page.goto(`${url}/settings`)
  await page.getByText('environment').first().waitFor()
  await page.getByText('Record retention').waitFor()
  for (const name of ['React', 'uPlot', 'TanStack'])
    await page.getByRole('listitem').filter({ hasText: name }).first().waitFor()
  expect(problems).toEqual([])
}, 60_000)
