/** The playground: answers arrive piece by piece, stop, and are bound to the key. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { Locator, Page } from 'playwright-core'
import { httpChunk, LAST_HTTP_CHUNK, sseHead } from '../support/mock/mock-replies.ts'
import { chatChunks, type Step, sseReply } from '../support/mock/mock-upstream.ts'
import { type ConsoleRig, created, startSignedIn, type Visit } from './console-rig.ts'

const MODEL = 'gpt-4o-mini'

let rig: ConsoleRig
let first: Visit
let url: string
beforeAll(async () => {
  ;({ rig, first, url } = await startSignedIn(MODEL))
  url += '/playground'
}, 60_000)
afterAll(() => rig.close())

const event = (data: unknown): Step => ({ write: httpChunk(`data: ${JSON.stringify(data)}\n\n`) })
const piece = (content: string): Step =>
  event({
    id: '1',
    object: 'chat.completion.chunk',
    model: MODEL,
    choices: [{ index: 0, delta: { content }, finish_reason: null }],
  })

async function write(page: Page, text: string): Promise<Locator> {
  // Before its models are loaded, nothing can be sent.
  const model = page.getByLabel('Model', { exact: true }).getByRole('option', { name: MODEL })
  await model.waitFor({ state: 'attached' })
  const box = page.getByLabel('Your message')
  await box.fill(text)
  return box
}

test('an answer appears as it arrives, with its figures at the end', async () => {
  const { page, problems } = first
  const { promise: shown, resolve: goOn } = Promise.withResolvers<void>()
  const [begin, ...rest] = sseReply(chatChunks('Hello world', { usage: true }))
  rig.mock.script(() => [begin as Step, piece('So far'), { until: shown }, ...rest])
  await page.goto(url)
  await (await write(page, 'Hi')).press('Enter')
  const log = page.getByRole('log')
  await log.getByText('So far', { exact: true }).waitFor()
  await page.getByRole('button', { name: 'Stop' }).waitFor()
  goOn()
  await log.getByText('So farHello world').waitFor()
  await log.getByText(/first token after .* tokens/).waitFor()
  // What it cost comes from its record, and leads there.
  await log.getByRole('link', { name: /^cost \$|^cost </ }).click()
  await page.getByRole('dialog').getByText('Tokens and cost').first().waitFor()
  expect(problems).toEqual([])
}, 60_000)

test('stop ends the request at the upstream and keeps what has arrived', async () => {
  const { page } = first
  rig.mock.script(() => [{ write: sseHead() }, piece('Once upon a time'), 'stall'])
  await page.goto(url)
  const index = rig.mock.ledger.length
  await (await write(page, 'Tell me a story')).press('Enter')
  await page.getByRole('log').getByText('Once upon a time').first().waitFor()
  await page.getByRole('button', { name: 'Stop' }).click()
  await rig.mock.closedByPeer(await rig.mock.exchangeArrived(index))
  await page.getByRole('button', { name: 'Send' }).waitFor()
  expect(await page.getByRole('log').textContent()).toContain('Once upon a time')
}, 60_000)

test('a new chat begins empty and leaving the page ends the request, also while an answer arrives', async () => {
  const { page } = first
  rig.mock.script(() => [{ write: sseHead() }, piece('Once upon a time'), 'stall'])
  await page.goto(url)
  const leave = [
    () => page.getByRole('button', { name: 'New chat' }).click(),
    () => page.getByRole('link', { name: 'Models' }).click(),
  ]
  for (const go of leave) {
    const index = rig.mock.ledger.length
    await (await write(page, 'Tell me a story')).press('Enter')
    await page.getByRole('log').getByText('Once upon a time').first().waitFor()
    await go()
    await rig.mock.closedByPeer(await rig.mock.exchangeArrived(index))
    if (go === leave[0]) await page.getByText('No messages yet').waitFor()
  }
}, 60_000)

test("Enter that confirms an input method's word does not send the message", async () => {
  const { page } = first
  rig.mock.script(() => sseReply(chatChunks('Hello')))
  await page.goto(url)
  const box = await write(page, 'ni')
  const sent = rig.mock.ledger.length
  for (const init of [{ isComposing: true }, { keyCode: 229 }])
    await box.evaluate((element, details) => {
      const pressed = new KeyboardEvent('keydown', {
        key: 'Enter',
        bubbles: true,
        cancelable: true,
        ...details,
      })
      if ('keyCode' in details)
        Object.defineProperty(pressed, 'keyCode', { value: details.keyCode })
      element.dispatchEvent(pressed)
    }, init)
  expect(await box.inputValue()).toBe('ni')
  await box.press('Enter')
  await page.getByRole('log').getByText('Hello', { exact: true }).waitFor()
  expect(rig.mock.ledger).toHaveLength(sent + 1)
}, 60_000)

test('five thousand pieces are drawn once a frame, not once each', async () => {
  const { page } = first
  const pieces = Array.from({ length: 5000 }, (_, index) => piece(`${index} `))
  rig.mock.script(() => [{ write: sseHead() }, ...pieces, { write: LAST_HTTP_CHUNK }])
  await page.goto(url)
  await page.evaluate(() => {
    const counted = window as unknown as { frames: number }
    counted.frames = 0
    new MutationObserver(() => counted.frames++).observe(document.body, {
      subtree: true,
      characterData: true,
      childList: true,
    })
  })
  await (await write(page, 'Count')).press('Enter')
  await page
    .getByRole('log')
    .getByText(/4998 4999/)
    .waitFor()
  const frames = await page.evaluate(() => (window as unknown as { frames: number }).frames)
  expect(frames).toBeLessThan(2500)
}, 60_000)

test('an answer of megabytes is shown in part, can be downloaded whole, and the page stays alive', async () => {
  const { page } = first
  const block = 'x'.repeat(100_000)
  const pieces = Array.from({ length: 30 }, () => piece(block))
  rig.mock.script(() => [{ write: sseHead() }, ...pieces, { write: LAST_HTTP_CHUNK }])
  await page.goto(url)
  await (await write(page, 'Write a lot')).press('Enter')
  const log = page.getByRole('log')
  const all = log.getByRole('button', { name: /^Download all 3,000,000/ })
  await all.waitFor()
  expect((await log.textContent())?.length).toBeLessThan(1_000_000)
  const download = page.waitForEvent('download')
  await all.click()
  let size = 0
  for await (const chunk of await (await download).createReadStream()) size += chunk.length
  expect(size).toBe(3_000_000)
  expect(first.problems).toEqual([])
}, 60_000)

test('only models of the selected key are offered, with a message if there are none', async () => {
  const { page } = first
  const user = await created<{ items: { id: number }[] }>(rig.api('GET', '/users?search=admin'))
  const user_id = user.items[0]?.id
  const key = await created<{ id: number }>(
    rig.api('POST', '/keys', { name: 'narrow', user_id, allowed_models: ['something-else'] }),
  )
  await page.goto(`${url}?key=${key.id}`)
  await page.locator('main h1').waitFor()
  await page
    .getByRole('alert')
    .or(page.getByText(/no model/i))
    .first()
    .waitFor()
  expect(await page.getByRole('option', { name: MODEL }).count()).toBe(0)
}, 60_000)
