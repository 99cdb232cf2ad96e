/** What the pages Requests and Usage offer beyond their main tasks. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { Page } from 'playwright-core'
import { chatCompletion, jsonReply } from '../../support/mock/mock-upstream.ts'
import { waitFor } from '../../support/waiting.ts'
import { type ConsoleRig, startSignedIn, type Visit } from '../console-rig.ts'

const MODEL = 'gpt-4o-mini'
const IMAGES = 'gpt-image-1'

let rig: ConsoleRig
let first: Visit
let url: string
/** Request ids. */
let retried: string
let pictures: string
beforeAll(async () => {
  ;({ rig, first, url } = await startSignedIn(MODEL, IMAGES))
  let tries = 0
  rig.mock.script(({ path }) => {
    if (path.endsWith('/images/generations'))
      return jsonReply(200, { created: 1, data: [{ b64_json: 'AA==' }, { b64_json: 'AA==' }] })
    return tries++ === 0
      ? jsonReply(503, { error: { message: 'overloaded' } })
      : jsonReply(200, chatCompletion('Hello!'))
  })
  retried = await idOf(rig.ask(MODEL))
  pictures = await idOf(
    fetch(`${rig.gateway.url}/v1/images/generations`, {
      method: 'POST',
      headers: { authorization: `Bearer ${rig.adminKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: IMAGES, prompt: 'a cat', n: 2 }),
    }),
  )
  await waitFor('the record', async () => (await rig.api('GET', `/requests/${pictures}`)).ok)
  await first.context.grantPermissions(['clipboard-read', 'clipboard-write'])
}, 60_000)
afterAll(() => rig.close())

async function idOf(call: Promise<Response>): Promise<string> {
  const reply = await call
  await reply.arrayBuffer()
  return reply.headers.get('x-request-id') ?? ''
}

async function openDrawer(page: Page, id: string) {
  await page.goto(`${url}/requests?id=${id}`)
  const drawer = page.getByRole('dialog')
  await drawer.getByText('Tokens and cost').first().waitFor()
  return drawer
}

test('the waterfall shows each attempt with why it failed', async () => {
  const { page, problems } = first
  const drawer = await openDrawer(page, retried)
  const bars = await drawer.getByRole('listitem').allInnerTexts()
  expect(bars.filter((text) => text.startsWith('mock'))).toHaveLength(2)
  expect(bars.join('\n')).toMatch(/mock\n503 · /)
  expect(bars.at(-1)).toStartWith('Total')
  expect(problems).toEqual([])
}, 60_000)

test('a request is copied as a command that can be sent again', async () => {
  const { page } = first
  const drawer = await openDrawer(page, retried)
  const block = drawer.getByRole('group', { name: 'Copy as curl' }).locator('..')
  await block.getByRole('button', { name: 'Copy' }).click()
  await block.getByRole('button', { name: 'Copied' }).waitFor()
  const command = await page.evaluate(() => navigator.clipboard.readText())
  expect(command).toContain(`${rig.gateway.url}/v1/chat/completions`)
  expect(command).toContain(MODEL)
}, 60_000)

test('a request for images shows how many there were, in the drawer and as a metric of usage', async () => {
  const { page, problems } = first
  const drawer = await openDrawer(page, pictures)
  const cost = drawer.locator('section', { hasText: 'Tokens and cost' })
  const count = cost.getByText('Images', { exact: true }).locator('xpath=following-sibling::*[1]')
  expect(await count.textContent()).toBe('2')
  await page.goto(`${url}/usage?metric=images&by=model&range=7d`)
  const chart = page.getByRole('table', { name: 'Images over time' })
  await chart.waitFor({ state: 'attached' })
  await page.getByRole('definition').getByText('2', { exact: true }).waitFor()
  expect(problems).toEqual([])
}, 60_000)

test.each(['requests?range=24h', 'usage?metric=requests&by=model&range=30d'])(
  'dragging over the chart of %s narrows the range, and going back restores it',
  async (path) => {
    const { page, problems } = first
    await page.goto(`${url}/${path}`)
    const box = await page.locator('.u-over').first().boundingBox()
    if (box === null) throw new Error('the chart is not drawn')
    const y = box.y + box.height / 2
    await page.mouse.move(box.x + box.width * 0.3, y)
    await page.mouse.down()
    await page.mouse.move(box.x + box.width * 0.7, y, { steps: 5 })
    await page.mouse.up()
    await waitFor('the range in the address', () => page.url().includes('from='))
    const { searchParams } = new URL(page.url())
    const bound = (name: string) => Date.parse(JSON.parse(`"${searchParams.get(name)}"`))
    expect(bound('until')).toBeGreaterThan(bound('from'))
    await page.getByRole('button', { name: 'Show the whole period' }).click()
    await waitFor('the whole period', () => !page.url().includes('from='))
    expect(problems).toEqual([])
  },
  60_000,
)

test('usage of this month has a forecast of its cost, other periods have none', async () => {
  const { page } = first
  await page.goto(`${url}/usage?metric=cost_usd&range=month`)
  const forecast = page.getByText('Forecast for the month')
  await forecast.waitFor()
  await page.goto(`${url}/usage?metric=cost_usd&range=7d`)
  await page.getByText('Total', { exact: true }).first().waitFor()
  expect(await forecast.count()).toBe(0)
}, 60_000)

test('a filter chosen on the page is in the address, and a reload keeps it', async () => {
  const { page } = first
  await page.goto(`${url}/requests`)
  await page.getByLabel('Status').selectOption('2xx')
  await page.getByRole('searchbox', { name: 'Model' }).or(page.getByLabel('Model')).fill(IMAGES)
  await waitFor('the filters', () => page.url().includes('2xx') && page.url().includes(IMAGES))
  await page.reload()
  const row = page.getByRole('row').filter({ hasText: IMAGES })
  await row.waitFor()
  expect(await page.getByRole('row').filter({ hasText: MODEL }).count()).toBe(0)
}, 60_000)
