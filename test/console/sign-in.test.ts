/** Signing in, roles and the second factor, as a person at the browser meets them. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { type ConsoleRig, PASSWORD, signIn, startSignedIn, visit } from './console-rig.ts'

let rig: ConsoleRig
let url: string
beforeAll(async () => {
  ;({ rig, url } = await startSignedIn())
}, 60_000)
afterAll(() => rig.close())

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
