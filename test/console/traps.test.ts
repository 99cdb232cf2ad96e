/** What straightforward consoles get wrong, each tried in a real browser. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { chatCompletion, jsonReply } from '../support/mock/mock-upstream.ts'
import { waitFor } from '../support/waiting.ts'
import {
  type ConsoleRig,
  openPage,
  PASSWORD,
  setUp,
  signIn,
  startConsoleRig,
  type Visit,
  visit,
} from './console-rig.ts'

const INJECTION = `<img src=x onerror="document.title='owned'"><script>document.title='owned'</script>`

let rig: ConsoleRig
let first: Visit
let url: string
beforeAll(async () => {
  rig = await startConsoleRig()
  url = `${rig.gateway.url}/console`
  rig.mock.script(() => jsonReply(200, chatCompletion(INJECTION)))
  first = await visit(rig.browser)
  await setUp(first.page, rig.link)
}, 60_000)
afterAll(() => rig.close())

async function userId(username: string): Promise<number> {
  const reply = await rig.api('GET', `/users?search=${username}`)
  const { items } = (await reply.json()) as { items: { id: number; username: string }[] }
  return items.find((each) => each.username === username)?.id ?? 0
}

async function keysOf(user: number): Promise<{ id: number; name: string }[]> {
  const reply = await rig.api('GET', `/keys?user_id=${user}`)
  return ((await reply.json()) as { items: { id: number; name: string }[] }).items
}

test('the setup link works once', async () => {
  const { page, context } = await visit(rig.browser)
  await page.goto(rig.link)
  await page.locator('input[type=password]').nth(0).fill(PASSWORD)
  await page.locator('input[type=password]').nth(1).fill(PASSWORD)
  await page.keyboard.press('Enter')
  await page.getByRole('alert').waitFor()
  expect(await page.locator('main#main').count()).toBe(0)
  await context.close()
}, 60_000)

test('a click that is doubled creates one key', async () => {
  const { page } = first
  await page.goto(`${url}/keys?create=true`)
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Name').fill('twice')
  await dialog.getByRole('button', { name: 'Create key' }).dblclick()
  await dialog
    .getByText(/sk-proxy-/)
    .first()
    .waitFor()
  const made = await keysOf(await userId('admin'))
  expect(made.filter(({ name }) => name === 'twice')).toHaveLength(1)
}, 60_000)

test('a reply that is lost is asked for again under the same name, and says that the secret is gone', async () => {
  const { page } = first
  await page.goto(`${url}/keys?create=true`)
  let lost = 0
  await page.route('**/admin/v1/keys', async (route) => {
    if (route.request().method() !== 'POST' || lost++ > 0) return route.continue()
    await route.fetch()
    await route.abort()
  })
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Name').fill('lost')
  await dialog.getByRole('button', { name: 'Create key' }).click()
  await dialog.getByRole('alert').waitFor()
  expect(await dialog.getByLabel('Name').inputValue()).toBe('lost')
  await dialog.getByRole('button', { name: 'Create key' }).click()
  await dialog.getByText('earlier attempt').waitFor()
  await page.unroute('**/admin/v1/keys')
  const made = await keysOf(await userId('admin'))
  expect(made.filter(({ name }) => name === 'lost')).toHaveLength(1)
}, 60_000)

test('a session that ends in a form is asked for once, and the draft is kept', async () => {
  const { page, context } = await visit(rig.browser)
  await signIn(page, rig.gateway.url, 'admin')
  await page.goto(`${url}/users?create=true`)
  const form = page.locator('form#new-user')
  await form.getByLabel('Name').fill('draft')
  await context.clearCookies()
  await page.getByRole('button', { name: 'Add user' }).click()
  const prompt = page.getByRole('dialog', { name: 'Your session has ended' })
  await prompt.waitFor()
  expect(await prompt.count()).toBe(1)
  await prompt.locator('input[name=password]').fill(PASSWORD)
  await page.keyboard.press('Enter')
  await prompt.waitFor({ state: 'detached' })
  expect(page.url()).toContain('/users')
  expect(await form.getByLabel('Name').inputValue()).toBe('draft')
  await page.getByRole('button', { name: 'Add user' }).click()
  await page.locator('main h1', { hasText: 'draft' }).waitFor()
  await context.close()
}, 60_000)

test('two editors: the second is told who was first, and nothing is overwritten unseen', async () => {
  await rig.api('POST', '/users', { username: 'shared', email: 'before@example.com' })
  const id = await userId('shared')
  const { page } = first
  await page.goto(`${url}/users/${id}`)
  await page.getByRole('button', { name: 'Edit' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('E-mail (optional)').fill('mine@example.com')
  await rig.api('PATCH', `/users/${id}`, { email: 'theirs@example.com' })
  await dialog.getByRole('button', { name: 'Save' }).click()
  await dialog.getByText('while you were editing').waitFor()
  const stored = (await (await rig.api('GET', `/users/${id}`)).json()) as { email: string }
  expect(stored.email).toBe('theirs@example.com')
  expect(await dialog.getByLabel('E-mail (optional)').inputValue()).toBe('mine@example.com')
  await dialog.getByRole('button', { name: 'Keep my input' }).click()
  await dialog.getByRole('button', { name: 'Save' }).click()
  await dialog.waitFor({ state: 'detached' })
  const after = (await (await rig.api('GET', `/users/${id}`)).json()) as { email: string }
  expect(after.email).toBe('mine@example.com')
}, 60_000)

test('only touched fields are sent: another field keeps what somebody else has set', async () => {
  await rig.api('POST', '/users', { username: 'partly', monthly_quota_tokens: 5 })
  const id = await userId('partly')
  const { page } = first
  await page.goto(`${url}/users/${id}`)
  await page.getByRole('button', { name: 'Edit' }).click()
  const dialog = page.getByRole('dialog')
  const sent = page.waitForRequest((request) => request.method() === 'PATCH')
  await dialog.getByLabel('Monthly quota').selectOption('none')
  await dialog.getByRole('button', { name: 'Save' }).click()
  // No limit is 0; the default would be null.
  expect((await sent).postDataJSON()).toEqual({ monthly_quota_tokens: 0 })
  await dialog.waitFor({ state: 'detached' })
}, 60_000)

test('names with markup in them are text', async () => {
  await rig.api('POST', '/users', { username: 'markup', email: null })
  const user_id = await userId('markup')
  await rig.api('POST', '/keys', { name: '<b>bold</b>', user_id })
  const { page } = first
  await page.goto(`${url}/users/${user_id}`)
  await page.getByText('<b>bold</b>').first().waitFor()
  expect(await page.locator('b').count()).toBe(0)
}, 60_000)

test('copying over plain HTTP without a clipboard works or selects, and never claims what it did not do', async () => {
  const { page, context } = await visit(rig.browser)
  await page.addInitScript(() => {
    Object.defineProperty(window, 'isSecureContext', { value: false })
    document.execCommand = () => false
  })
  await signIn(page, rig.gateway.url, 'admin')
  await page.goto(`${url}/keys?create=true`)
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Name').fill('copied')
  await page.keyboard.press('Enter')
  await dialog.getByRole('button', { name: 'Copy' }).first().click()
  await page.getByText('does not let this page copy').waitFor()
  expect(await page.getByRole('button', { name: 'Copied' }).count()).toBe(0)
  expect(await page.evaluate(() => getSelection()?.toString() ?? '')).toMatch(/^sk-proxy-/)
  await context.close()
}, 60_000)

test('an input method confirms a word with Enter without sending or choosing anything', async () => {
  const { page } = first
  await page.goto(`${url}/keys`)
  await page.locator('main h1').waitFor()
  await page.keyboard.press('Control+k')
  const box = page.getByRole('dialog').getByRole('combobox')
  await box.fill('Users')
  // Safari ends the composition first and then sends Enter as code 229.
  for (const init of [{ isComposing: true }, { keyCode: 229 }]) {
    await box.evaluate((element, details) => {
      const event = new KeyboardEvent('keydown', {
        key: 'Enter',
        bubbles: true,
        cancelable: true,
        ...details,
      })
      if ('keyCode' in details) Object.defineProperty(event, 'keyCode', { value: details.keyCode })
      element.dispatchEvent(event)
    }, init)
  }
  expect(page.url()).toContain('/keys')
  await page.keyboard.press('Enter')
  await waitFor('the palette goes to the page', () => page.url().includes('/users'))
}, 60_000)

test('password managers are not offered the fields of keys', async () => {
  const { page } = first
  await page.goto(`${url}/upstreams?create=true`)
  const field = page.getByRole('dialog').getByLabel('Key')
  await field.waitFor()
  expect(await field.getAttribute('type')).toBe('text')
  expect(await field.getAttribute('autocomplete')).toBe('off')
  expect(await field.getAttribute('data-1p-ignore')).toBe('')
}, 60_000)

test('the page behind a dialog does not scroll, without an inline style', async () => {
  const { page, problems } = first
  await page.goto(`${url}/keys?create=true`)
  await page.getByRole('dialog').waitFor()
  const overflow = () => page.evaluate(() => getComputedStyle(document.documentElement).overflow)
  expect(await overflow()).toBe('hidden')
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  expect(await overflow()).toBe('visible')
  expect(problems).toEqual([])
}, 60_000)

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

test('a refused field is named at the field, and in the language of the page', async () => {
  const { page, context } = await visit(rig.browser, { language: 'zh' })
  await signIn(page, rig.gateway.url, 'admin')
  await page.goto(`${url}/users?create=true`)
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('名称').fill('admin')
  await dialog.getByRole('button', { name: '添加用户' }).click()
  await dialog.getByRole('alert').first().waitFor()
  await page.goto(`${url}/`)
  await page.goto(`${url}/users/999999`)
  await page.getByRole('alert').waitFor()
  expect((await page.getByRole('alert').textContent()) ?? '').toMatch(/[\u4e00-\u9fff]/)
  await context.close()
}, 60_000)

test('nothing in the console has ever run from injected text', async () => {
  expect(await first.page.title()).not.toBe('owned')
  expect(first.problems).toEqual([])
})
