/** Forms lose nothing, send nothing twice and overwrite nothing unseen. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { type ConsoleRig, signIn, startSignedIn, type Visit, visit } from './console-rig.ts'

let rig: ConsoleRig
let first: Visit
let url: string
beforeAll(async () => {
  ;({ rig, first, url } = await startSignedIn())
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

test('a lost response is requested again with the same key, and the secret is reported as unavailable', async () => {
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

test('two editors: the second sees who was first, and nothing is overwritten silently', async () => {
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
  await dialog.getByRole('button', { name: 'Keep my changes' }).click()
  await dialog.getByRole('button', { name: 'Save' }).click()
  await dialog.waitFor({ state: 'detached' })
  const after = (await (await rig.api('GET', `/users/${id}`)).json()) as { email: string }
  expect(after.email).toBe('mine@example.com')
}, 60_000)

test('only edited fields are sent: others keep what another editor set', async () => {
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

test('a refused field is named at the field, and in the language of the page', async () => {
  const { page, context } = await visit(rig.browser, { language: 'zh' })
  await signIn(page, rig.gateway.url, 'admin')
  await page.goto(`${url}/users?create=true`)
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('名称').fill('admin')
  await dialog.getByRole('button', { name: '添加用户' }).click()
  await dialog.getByRole('alert').filter({ hasText: '已经有用户“admin”' }).first().waitFor()
  await page.goto(`${url}/`)
  await page.goto(`${url}/users/999999`)
  await page.getByRole('alert').waitFor()
  expect((await page.getByRole('alert').textContent()) ?? '').toMatch(/[\u4e00-\u9fff]/)
  await context.close()
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

test('copying over plain HTTP works or selects the text, and never reports success falsely', async () => {
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

test('a reload keeps what was typed, but no secret; closing the form forgets it', async () => {
  const { page } = first
  await page.goto(`${url}/upstreams?create=true`)
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Name').fill('half done')
  await dialog.getByLabel('Key', { exact: true }).fill('sk-typed-secret')
  await page.reload()
  await dialog.waitFor()
  expect(await dialog.getByLabel('Name').inputValue()).toBe('half done')
  expect(await dialog.getByLabel('Key', { exact: true }).inputValue()).toBe('')
  const stored = await page.evaluate(() => JSON.stringify(sessionStorage))
  expect(stored).not.toContain('sk-typed-secret')
  await dialog.getByRole('button', { name: 'Cancel' }).click()
  await dialog.waitFor({ state: 'detached' })
  await page.goto(`${url}/upstreams?create=true`)
  expect(await dialog.getByLabel('Name').inputValue()).toBe('')
}, 60_000)
