/** What a page looks like on paper and in forced colours, and that nothing in its lists is cut off. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { chatCompletion, jsonReply } from '../../support/mock/mock-upstream.ts'
import { type ConsoleRig, setUp, startConsoleRig, type Visit, visit } from '../console-rig.ts'

let rig: ConsoleRig
let dark: Visit
let url: string
beforeAll(async () => {
  rig = await startConsoleRig()
  await rig.addUpstream('good', 'bad')
  rig.mock.script(({ body }) =>
    String(JSON.stringify(body)).includes('bad')
      ? jsonReply(503, { error: { message: 'overloaded' } })
      : jsonReply(200, chatCompletion('Hello!')),
  )
  for (const model of ['good', 'bad', 'no-such-model']) await (await rig.ask(model)).arrayBuffer()
  dark = await visit(rig.browser, { theme: 'dark' })
  await setUp(dark.page, rig.link)
  url = `${rig.gateway.url}/console`
}, 60_000)
afterAll(() => rig.close())

test('no outcome is cut off in the list of requests', async () => {
  const { page } = dark
  await page.goto(`${url}/requests`)
  await page.getByText('502 failed at the upstream').waitFor()
  const cut = await page.evaluate(() =>
    [...document.querySelectorAll('[role=cell]:nth-child(2)')]
      .filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth)
      .map(({ textContent }) => textContent),
  )
  expect(cut).toEqual([])
}, 60_000)

test('a page in the dark theme is printed dark on white, without the navigation', async () => {
  const { page } = dark
  await page.goto(`${url}/users`)
  await page.getByRole('table').waitFor()
  const ink = () =>
    page.evaluate(() => {
      const [red = 0] = getComputedStyle(document.body).color.match(/\d+/g) ?? []
      return Number(red)
    })
  expect(await ink()).toBeGreaterThan(200)
  await page.emulateMedia({ media: 'print' })
  expect(await ink()).toBeLessThan(60)
  expect(await page.getByRole('navigation').isVisible()).toBe(false)
  await page.emulateMedia({ media: null })
}, 60_000)

test('in forced colours what is chosen is outlined, and bars and legends keep their colours', async () => {
  const { page } = dark
  await page.goto(`${url}/`)
  await page.locator('figcaption').first().waitFor()
  await page.emulateMedia({ forcedColors: 'active' })
  const outline = (selector: string) =>
    page
      .locator(selector)
      .first()
      .evaluate((element) => getComputedStyle(element).outlineStyle)
  expect(await outline('nav [aria-current=page]')).toBe('solid')
  expect(await outline('label:has(> input:checked)')).toBe('solid')
  expect(await outline('nav a:not([aria-current])')).toBe('none')
  const swatches = await page.evaluate(() =>
    [...document.querySelectorAll('figcaption span[style*="background"]')].map(
      (element) => getComputedStyle(element).backgroundColor,
    ),
  )
  expect(new Set(swatches).size).toBeGreaterThan(1)
  await page.emulateMedia({ forcedColors: null })
}, 60_000)

test('the doctor names each of its checks', async () => {
  const { page, problems } = dark
  await page.goto(`${url}/doctor`)
  await page.getByRole('button', { name: 'Run the checks' }).click()
  for (const title of ['Streaming', 'Upstreams', 'Database', 'Response times'])
    await page.getByRole('heading', { name: title }).first().waitFor({ timeout: 30_000 })
  expect(problems).toEqual([])
}, 60_000)
