/** From the first start to a second person's first answered request, by the console alone. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { Page } from 'playwright-core'
import { chatCompletion, jsonReply } from '../support/mock/mock-upstream.ts'
import { type ConsoleRig, setUp, startConsoleRig, visit } from './console-rig.ts'

const MODEL = 'gpt-4o-mini'
const SECRET = /sk-proxy-[0-9A-Za-z]{38}/

let rig: ConsoleRig
beforeAll(async () => {
  rig = await startConsoleRig()
  rig.mock.script(({ path }) =>
    path.endsWith('/models')
      ? jsonReply(200, { object: 'list', data: [{ id: MODEL, object: 'model' }] })
      : jsonReply(200, chatCompletion('Hello!')),
  )
})
afterAll(() => rig.close())

const heading = (page: Page) => page.locator('main#main h1')

test('in English with the mouse: upstream, user, key, and the first 200', async () => {
  const { page, problems, context } = await visit(rig.browser)
  await setUp(page, rig.link)
  expect(await page.evaluate(() => location.hash)).toBe('')

  await page.getByRole('link', { name: 'Upstreams' }).click()
  await page.getByRole('button', { name: 'Add an upstream' }).first().click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Name').fill('main')
  await dialog.getByLabel('Provider').selectOption('compatible')
  await dialog.getByLabel('Key').fill('sk-of-the-provider')
  await dialog.getByLabel('Address').fill(rig.mock.url)
  await dialog.getByLabel('Models').fill(MODEL)
  await dialog.getByRole('button', { name: 'Add and test' }).click()
  await page.getByRole('cell', { name: /^main/ }).waitFor()

  await page.getByRole('link', { name: 'Users' }).click()
  await page.getByRole('button', { name: 'Add a user' }).first().click()
  await dialog.getByLabel('Name').fill('bob')
  await dialog.getByRole('button', { name: 'Add user' }).click()
  await heading(page).filter({ hasText: 'bob' }).waitFor()

  await page.getByRole('button', { name: 'Create a key' }).first().click()
  await dialog.getByLabel('Name').fill('laptop')
  await dialog.getByRole('button', { name: 'Create key' }).click()
  await dialog.getByText(SECRET).waitFor()
  await dialog.getByText(`test message to ${MODEL}`).waitFor()
  await dialog.getByRole('button', { name: 'Send a test' }).click()
  await dialog.getByText('It works').waitFor()

  const asked = rig.mock.ledger.filter(({ path }) => path.endsWith('/chat/completions'))
  expect(asked.map(({ headers }) => headers.authorization)).toEqual(['Bearer sk-of-the-provider'])
  // The snippets name a variable, never the key.
  const shown = (await dialog.getByRole('tabpanel').textContent()) ?? ''
  expect(shown).toContain('$OPENAI_API_KEY')
  expect(shown).not.toMatch(SECRET)
  expect(problems).toEqual([])
  await context.close()
}, 120_000)

test('in Chinese with the keyboard: a key is created and shown once', async () => {
  const { page, problems, context } = await visit(rig.browser, { language: 'zh' })
  await page.goto(`${rig.gateway.url}/console/keys`)
  await page.locator('input[name=username]').fill('admin')
  await page.keyboard.press('Tab')
  await page.keyboard.type('a sentence as a password')
  await page.keyboard.press('Enter')
  await heading(page).filter({ hasText: '密钥' }).waitFor()

  // ⌘K, the action by its name, and the form: no pointer.
  await page.keyboard.press('Control+k')
  await page.getByRole('dialog').getByRole('combobox').waitFor()
  await page.keyboard.type('创建密钥')
  await page.keyboard.press('Enter')
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('名称').focus()
  await page.keyboard.type('夜间任务')
  await page.keyboard.press('Enter')
  const secret = (await dialog.getByText(SECRET).first().textContent()) ?? ''

  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'detached' })
  await page.getByRole('cell', { name: /^夜间任务 sk-proxy/ }).waitFor()
  expect(await page.content()).not.toContain(secret.trim())
  expect(problems).toEqual([])
  await context.close()
}, 60_000)
