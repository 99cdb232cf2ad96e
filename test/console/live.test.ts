/** The live view under load and in many tabs. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { chatCompletion, jsonReply } from '../support/mock/mock-upstream.ts'
import { pause, waitFor } from '../support/waiting.ts'
import {
  type ConsoleRig,
  openPage,
  signIn,
  startSignedIn,
  type Visit,
  visit,
} from './console-rig.ts'

const MODEL = 'gpt-4o-mini'
const RATE = 200

let rig: ConsoleRig
let first: Visit
let url: string
beforeAll(async () => {
  ;({ rig, first, url } = await startSignedIn(MODEL))
  rig.mock.script(() => jsonReply(200, chatCompletion('Hello!')))
}, 60_000)
afterAll(() => rig.close())

test('seven tabs share one stream of events and none hangs', async () => {
  const { context } = await visit(rig.browser)
  const { page } = await openPage(context)
  await signIn(page, rig.gateway.url, 'admin')
  const pages = [page]
  for (let tab = 1; tab < 7; tab++) {
    const opened = await openPage(context)
    await opened.page.goto(`${url}/keys`)
    pages.push(opened.page)
  }
  for (const each of pages) {
    await each.bringToFront()
    await each.goto(`${url}/users`)
    await each.locator('main h1').waitFor()
  }
  await context.close()
}, 90_000)

/** Sends `RATE` requests per second until it is stopped; responses are awaited at the end. */
function underLoad(): { sent(): number; stop(): Promise<void> } {
  const replies: Promise<unknown>[] = []
  const startedMs = performance.now()
  let stopped = false
  const sending = (async () => {
    while (!stopped) {
      const due = ((performance.now() - startedMs) * RATE) / 1000
      while (replies.length < due) replies.push(rig.ask(MODEL).then((reply) => reply.arrayBuffer()))
      await pause(5)
    }
  })()
  return {
    sent: () => replies.length,
    async stop() {
      stopped = true
      await sending
      await Promise.all(replies)
    },
  }
}

test(`at ${RATE} requests a second the live view stays small and usable, and its pause is obvious`, async () => {
  const { page, problems } = first
  await page.goto(`${url}/requests?live=true`)
  const table = page.getByRole('table', { name: 'Requests' })
  const rows = table.getByRole('row')
  const ids = () => rows.getByRole('button').allInnerTexts()
  const nodes = () => page.evaluate(() => document.querySelectorAll('*').length)
  const load = underLoad()
  try {
    // More than the list keeps have arrived.
    await rows.nth(5).waitFor()
    const early = await nodes()
    await waitFor('a thousand requests', () => load.sent() > 1000, 20_000)
    expect(await nodes()).toBeLessThan(early * 1.5)
    expect(await rows.count()).toBeLessThan(60)

    await page.getByRole('button', { name: 'Pause' }).click()
    await page.getByRole('status').filter({ hasText: 'Paused' }).waitFor()
    const before = await ids()
    await page.getByText(/more waiting/).waitFor()
    const waitingAt = load.sent()
    await waitFor('more requests', () => load.sent() > waitingAt + RATE)
    expect(await ids()).toEqual(before)

    // A row opens at once although requests keep coming.
    await rows.nth(1).getByRole('button').click()
    await page.getByRole('dialog').getByText('Timeline').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Resume' }).click()
    await page.getByRole('status').filter({ hasText: 'Live' }).waitFor()
    await waitFor('newer rows', async () => (await ids()).join() !== before.join())

    // Scrolling pauses, too: what is read must not move away.
    await table.evaluate((element) => element.scrollTo({ top: 2000 }))
    await page.getByRole('status').filter({ hasText: 'Paused' }).waitFor()
    const read = await ids()
    const scrolledAt = load.sent()
    await waitFor('more requests', () => load.sent() > scrolledAt + RATE)
    expect(await ids()).toEqual(read)
  } finally {
    await load.stop()
  }
  expect(problems).toEqual([])
}, 120_000)

test('a hidden tab receives no events, and is up to date when it is shown again', async () => {
  const { context } = await visit(rig.browser)
  const { page } = await openPage(context)
  await signIn(page, rig.gateway.url, 'admin')
  await page.goto(`${url}/users`)
  await page.locator('main h1').waitFor()
  const setVisibility = (state: string) =>
    page.evaluate((next) => {
      Object.defineProperty(document, 'visibilityState', { value: next, configurable: true })
      document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))
    }, state)
  await setVisibility('hidden')
  await rig.api('POST', '/users', { username: 'while-hidden' })
  await setVisibility('visible')
  await page.getByRole('cell', { name: 'while-hidden' }).waitFor()
  await context.close()
}, 60_000)

test('the overview counts the requests that run in this moment', async () => {
  const { page } = first
  const { promise: answered, resolve: answer } = Promise.withResolvers<void>()
  rig.mock.script(() => [{ until: answered }, ...jsonReply(200, chatCompletion('Hello!'))])
  await page.goto(`${url}/`)
  const reply = rig.ask(MODEL)
  await page.getByText(/, 1 running/).waitFor()
  answer()
  await (await reply).arrayBuffer()
  await page.getByText(/, 0 running/).waitFor()
}, 60_000)
