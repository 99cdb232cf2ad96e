/** Usage: the share of the rest, the file with every row, and marks where something was changed. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { chatCompletion, jsonReply } from '../support/mock/mock-upstream.ts'
import { waitFor } from '../support/waiting.ts'
import { type ConsoleRig, created, startSignedIn, type Visit } from './console-rig.ts'

/** More than the chart tells apart. */
const MODELS = Array.from({ length: 9 }, (_, at) => `model-${at + 1}`)

let rig: ConsoleRig
let first: Visit
let url: string
beforeAll(async () => {
  ;({ rig, first, url } = await startSignedIn(...MODELS))
  rig.mock.script(() => jsonReply(200, chatCompletion('Hello!')))
  // The first is used most.
  for (const [at, model] of MODELS.entries())
    for (let times = at; times < MODELS.length; times++) await (await rig.ask(model)).arrayBuffer()
  await waitFor('the records', async () => {
    const from = new Date(Date.now() - 3_600_000).toISOString()
    const until = new Date(Date.now() + 3_600_000).toISOString()
    const report = await created<{ total: { requests: number } }>(
      rig.api('GET', `/usage?from=${from}&until=${until}&by=model`),
    )
    return report.total.requests === 45
  })
}, 60_000)
afterAll(() => rig.close())

test(`what the chart doesn't show separately is "other", and all add up to the total`, async () => {
  const { page, problems } = first
  await page.goto(`${url}/usage?metric=requests&by=model&range=7d`)
  const chart = page.getByRole('table', { name: 'Requests over time' })
  const row = chart.getByRole('row').last()
  await row.waitFor({ state: 'attached' })
  const names = await chart.getByRole('columnheader').allInnerTexts()
  expect(names).toEqual(['Time', ...MODELS.slice(0, 6), 'Other'])
  const numbers = (await row.getByRole('cell').allInnerTexts()).map(Number)
  expect(numbers).toEqual([9, 8, 7, 6, 5, 4, 6])
  await page.getByText('45', { exact: true }).first().waitFor()
  expect(problems).toEqual([])
}, 60_000)

test('the file has every row, also those that the chart combines, for the chosen groups', async () => {
  const { page } = first
  await page.goto(`${url}/usage?metric=requests&by=model&second=user&range=7d`)
  const download = page.waitForEvent('download')
  await page.getByRole('link', { name: 'Export as CSV' }).click()
  const stream = await (await download).createReadStream()
  const chunks: Uint8Array[] = []
  for await (const chunk of stream) chunks.push(chunk)
  const [head = '', ...rows] = Buffer.concat(chunks).toString('utf8').trimEnd().split('\r\n')
  expect(head).toStartWith('\ufeff')
  expect(head).toContain('model')
  for (const model of MODELS)
    expect(rows.filter((row) => row.includes(`${model},`))).toHaveLength(1)
  expect(rows.every((row) => row.includes('admin'))).toBe(true)
}, 60_000)

test('the table is sorted by a click on a header, reversed by the next, and restored by the third', async () => {
  const { page, problems } = first
  await page.goto(`${url}/usage?metric=requests&by=model&range=7d`)
  const table = page.getByRole('table', { name: 'Usage', exact: true })
  const header = table.getByRole('columnheader', { name: 'Requests' })
  const requests = async () => {
    const cells = await table.getByRole('row').getByRole('cell').allInnerTexts()
    return cells.filter((_, at) => at % 8 === 3).map(Number)
  }
  await table.getByRole('cell').first().waitFor()
  const given = await requests()
  await header.getByRole('button').click()
  await table.locator('th[aria-sort=descending]').waitFor()
  const descending = given.toSorted((left, right) => right - left)
  expect(await requests()).toEqual(descending)
  await header.getByRole('button').click()
  await table.locator('th[aria-sort=ascending]').waitFor()
  expect(await requests()).toEqual(descending.toReversed())
  await header.getByRole('button').click()
  await table.locator('th[aria-sort]').waitFor({ state: 'detached' })
  expect(await requests()).toEqual(given)
  expect(problems).toEqual([])
}, 60_000)

test.each([
  ['usage', '/usage?metric=requests&by=model&range=24h&step=hour', 1],
  ['the overview', '/?range=24h', 2],
])(
  'a change is marked on the charts of %s, with a link to its row in the audit log',
  async (_, address, charts) => {
    await created(rig.api('PATCH', '/upstreams/1', { weight: 7 }))
    const { page, problems } = first
    await page.goto(url + address)
    const marks = page.getByRole('list', { name: 'Changes' })
    const mark = marks.nth(charts - 1).getByRole('link', { name: /upstream\.update mock/ })
    await mark.waitFor()
    expect(await marks.count()).toBe(charts)
    await mark.focus()
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: 'Audit' }).waitFor()
    const row = page.getByRole('row').filter({ hasText: 'upstream.update' }).first()
    await row.waitFor()
    // From the first marked change until just after the last one, until the range is given up.
    expect(page.url()).toMatch(/from=.*&until=/)
    await page.getByRole('button', { name: 'Show the whole period' }).click()
    await waitFor('the range is given up', () => !page.url().includes('from='))
    await row.waitFor()
    expect(problems).toEqual([])
  },
  60_000,
)
