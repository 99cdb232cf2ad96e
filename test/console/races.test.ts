/** What arrives late, comes from another tab or follows a reload takes nothing away that a person sees or types. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import {
  type ConsoleRig,
  created,
  openPage,
  PASSWORD,
  startSignedIn,
  type Visit,
  visit,
} from './console-rig.ts'

let rig: ConsoleRig
let first: Visit
let url: string
beforeAll(async () => {
  ;({ rig, first, url } = await startSignedIn('gpt-4o'))
}, 60_000)
afterAll(() => rig.close())

/** Holds back the requests of a method to a path, until they are let go. */
async function hold(page: Visit['page'], method: string, path: string) {
  const gate = Promise.withResolvers<void>()
  const waiting = Promise.withResolvers<void>()
  const sent: string[] = []
  await page.route(path, async (route) => {
    if (route.request().method() !== method) return route.continue()
    sent.push(route.request().url())
    waiting.resolve()
    await gate.promise
    return route.continue()
  })
  return { sent, arrived: waiting.promise, letGo: () => gate.resolve() }
}

test('an answer that arrives after its dialog was closed does not close the next one', async () => {
  await rig.api('POST', '/users', { username: 'slow', email: 'before@example.com' })
  const { items } = await created<{ items: { id: number }[] }>(rig.api('GET', '/users?search=slow'))
  const { page } = first
  await page.goto(`${url}/users/${items[0]?.id}`)
  const held = await hold(page, 'PATCH', '**/admin/v1/users/*')
  await page.getByRole('button', { name: 'Edit' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('E-mail (optional)').fill('after@example.com')
  await dialog.getByRole('button', { name: 'Save' }).click()
  await held.arrived
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Create a key' }).click()
  await dialog.getByLabel('Name').fill('being typed')
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Edit' }).click()
  await dialog.getByLabel('E-mail (optional)').fill('typed@example.com')
  held.letGo()
  await page.getByText('slow was changed').waitFor()
  expect(await dialog.getByLabel('E-mail (optional)').inputValue()).toBe('typed@example.com')
  await page.unroute('**/admin/v1/users/*')
}, 60_000)

test('what is typed while the search goes into the address is kept', async () => {
  const { page } = first
  await page.goto(`${url}/users`)
  const box = page.getByRole('searchbox', { name: 'Find a user' })
  await box.waitFor()
  await page.evaluate(() => {
    const put = history.replaceState.bind(history)
    history.replaceState = (...given) => {
      put(...given)
      const input = document.querySelector<HTMLInputElement>('input[type=search]')
      if (input?.value !== 'ali') return
      Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set?.call(input, 'alic')
      input.dispatchEvent(new Event('input', { bubbles: true }))
    }
  })
  await box.fill('ali')
  await page.waitForURL(/q=alic/)
  expect(await box.inputValue()).toBe('alic')
}, 60_000)

test('two filters that are typed at once both apply', async () => {
  const { page } = first
  await page.goto(`${url}/audit`)
  await page.getByRole('searchbox', { name: 'Changed by' }).fill('admin')
  await page.getByRole('searchbox', { name: 'Action' }).fill('user.')
  await page.waitForURL(/(?=.*actor=admin)(?=.*action=user)/)
}, 60_000)

test('if another person signs in in a second tab, the first shows nothing of the one before', async () => {
  const guest = await rig.signInNew('guest', 'user')
  await guest.context.close()
  const { page, context } = await rig.signInNew('colleague', 'admin')
  await page.goto(`${url}/users`)
  await page.getByRole('link', { name: 'slow' }).waitFor()
  const { page: second } = await openPage(context)
  const reply = await second.request.post(`${rig.gateway.url}/admin/v1/session`, {
    data: { username: 'guest', password: PASSWORD },
    headers: { origin: rig.gateway.url },
  })
  expect(reply.status()).toBe(200)
  await page.evaluate(() => dispatchEvent(new Event('visibilitychange')))
  await page.getByRole('link', { name: 'slow' }).waitFor({ state: 'detached' })
  await page.getByText('guest', { exact: true }).first().waitFor()
  await context.close()
}, 60_000)

test('a cancelled import sends no further keys', async () => {
  const { page } = first
  await page.goto(`${url}/upstreams`)
  const held = await hold(page, 'POST', '**/admin/v1/upstreams/import')
  await page.getByRole('button', { name: 'Paste many keys' }).click()
  const dialog = page.getByRole('dialog')
  const keys = Array.from({ length: 1100 }, (_, at) => `sk-of-a-provider-${at}`)
  await dialog.getByLabel('Keys').fill(keys.join('\n'))
  await dialog.getByText('Test each key').click()
  await dialog.getByRole('button', { name: /^Add 1,?100 keys/ }).click()
  await held.arrived
  await dialog.getByRole('button', { name: 'Cancel' }).click()
  const refreshed = page.waitForResponse(
    (reply) => reply.url().includes('/admin/v1/overview') || /\/upstreams(\?|$)/.test(reply.url()),
  )
  held.letGo()
  await refreshed
  expect(held.sent).toHaveLength(1)
  await page.unroute('**/admin/v1/upstreams/import')
}, 60_000)

test('a key that is being created keeps its owner over a reload', async () => {
  const { page } = first
  await page.goto(`${url}/keys?create=true`)
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Owner').selectOption('slow')
  await dialog.getByLabel('Name').fill('nightly')
  await page.reload()
  expect(await dialog.getByLabel('Name').inputValue()).toBe('nightly')
  expect(await dialog.getByLabel('Owner').locator('option:checked').textContent()).toBe('slow')
}, 60_000)

test('a time zone that is being typed survives a change of another setting', async () => {
  const { page } = first
  await page.goto(`${url}/settings`)
  await page.getByLabel('Time zone', { exact: true }).fill('Asia/Kol')
  await page.getByLabel('Users may create keys of their own').click()
  await page.getByText('Users may create keys of their own').nth(1).waitFor()
  expect(await page.getByLabel('Time zone', { exact: true }).inputValue()).toBe('Asia/Kol')
}, 60_000)

test('a sign-out that fails is reported', async () => {
  const { page } = first
  await page.goto(`${url}/settings`)
  await page.route('**/admin/v1/session', (route) =>
    route.request().method() === 'DELETE' ? route.abort() : route.continue(),
  )
  await page.getByRole('button', { name: /^admin/ }).click()
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByText('The gateway does not answer').waitFor()
  await page.unroute('**/admin/v1/session')
}, 60_000)

test('the longest password that can be set can also be typed when signing in', async () => {
  const longest = 'a long sentence '.repeat(16).trim().padEnd(256, '.')
  const { id } = await created<{ id: number }>(rig.api('POST', '/users', { username: 'longest' }))
  const link = await created<{ url: string }>(rig.api('POST', `/users/${id}/setup-link`))
  const { page, context } = await visit(rig.browser)
  await page.goto(link.url)
  for (const at of [0, 1]) await page.locator('input[type=password]').nth(at).fill(longest)
  await page.keyboard.press('Enter')
  await page.locator('main#main h1').waitFor()
  await context.clearCookies()
  await page.goto(`${url}/keys`)
  await page.locator('input[name=username]').fill('longest')
  expect(await page.locator('input[name=password]').getAttribute('maxlength')).toBe('256')
  await page.locator('input[name=password]').fill(longest)
  await page.keyboard.press('Enter')
  await page.locator('main#main h1').waitFor()
  await context.close()
}, 60_000)
