/** Text from models, users and upstreams is shown as text and never runs. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { chatChunks, jsonReply, sseReply } from '../support/mock/mock-upstream.ts'
import { waitFor } from '../support/waiting.ts'
import { type ConsoleRig, created, startSignedIn, type Visit } from './console-rig.ts'

const MODEL = 'gpt-4o-mini'
const INJECTION = `<img src=x onerror="document.title='owned'"><script>document.title='owned'</script>`

let rig: ConsoleRig
let first: Visit
let url: string
beforeAll(async () => {
  ;({ rig, first, url } = await startSignedIn(MODEL))
}, 60_000)
afterAll(() => rig.close())

async function userId(username: string): Promise<number> {
  const reply = await rig.api('GET', `/users?search=${username}`)
  const { items } = (await reply.json()) as { items: { id: number; username: string }[] }
  return items.find((each) => each.username === username)?.id ?? 0
}

/** Waits until the request that this replies to is in the ledger. */
async function recorded(reply: Response): Promise<void> {
  const path = `/requests/${reply.headers.get('x-request-id')}`
  await waitFor('the record of the request', async () => (await rig.api('GET', path)).ok)
}

test('names with markup in them are text', async () => {
  await rig.api('POST', '/users', { username: 'markup', email: null })
  const user_id = await userId('markup')
  await rig.api('POST', '/keys', { name: '<b>bold</b>', user_id })
  const { page } = first
  await page.goto(`${url}/users/${user_id}`)
  await page.getByText('<b>bold</b>').first().waitFor()
  expect(await page.locator('b').count()).toBe(0)
}, 60_000)

test('model output is shown as text, in the answer and in the raw events', async () => {
  rig.mock.script(() => sseReply(chatChunks(INJECTION), { headers: { 'x-request-id': INJECTION } }))
  const { page } = first
  await page.goto(`${url}/playground`)
  await page.getByLabel('Your message').fill(INJECTION)
  await page.getByRole('button', { name: 'Send' }).click()
  const log = page.getByRole('log')
  await log.getByText(INJECTION, { exact: true }).nth(1).waitFor()
  await log.getByText('Headers and events').click()
  expect(await log.locator('img, script').count()).toBe(0)
}, 60_000)

test('the reason that an upstream gives is text, in the playground and at the upstream', async () => {
  rig.mock.script(() => jsonReply(400, { error: { message: INJECTION, code: INJECTION } }))
  const { page } = first
  await page.goto(`${url}/playground`)
  await page.getByLabel('Your message').fill('Hi')
  await page.getByRole('button', { name: 'Send' }).click()
  await page.getByRole('alert').filter({ hasText: '<img src=x' }).waitFor()
  rig.mock.script(() => jsonReply(401, { error: { message: INJECTION } }))
  await (await rig.ask(MODEL)).arrayBuffer()
  await page.goto(`${url}/upstreams`)
  await page.getByRole('cell', { name: /^mock/ }).waitFor()
  expect(await page.locator('main img, main script').count()).toBe(0)
}, 60_000)

test('the name of a model is text in the list of requests and in the details', async () => {
  // It serves each model that a client asks for, whatever its name.
  const catchAll = { provider: 'compatible', base_url: rig.mock.url, secret: 'sk-of-another' }
  await created(rig.api('POST', '/upstreams', { ...catchAll, name: 'catch-all' }))
  rig.mock.script(() => jsonReply(400, { error: { message: INJECTION } }))
  const reply = await rig.ask(INJECTION)
  await reply.arrayBuffer()
  await recorded(reply)
  const { page } = first
  await page.goto(`${url}/requests?id=${reply.headers.get('x-request-id')}`)
  await page.getByRole('dialog').getByText('<img src=x').first().waitFor()
  expect(await page.locator('[role=dialog] img, [role=table] img').count()).toBe(0)
}, 60_000)

test('nothing in the console has ever run from injected text', async () => {
  expect(await first.page.title()).not.toBe('owned')
  expect(first.problems).toEqual([])
})
