/** From the first start to a second person's first answered request, by the console alone. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { chatCompletion, jsonReply } from '../support/mock/mock-upstream.ts'
import { type ConsoleRig, PASSWORD, startConsoleRig, visit } from './console-rig.ts'
import { recordSteps, type StepRecorder } from './recorded-steps.ts'

const DOCS = join(import.meta.dir, '../../docs')

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

test('in English with the mouse, as docs/console-first-run.md lists it: under two minutes for a person', async () => {
  const { page, problems, context } = await visit(rig.browser)
  const dialog = page.getByRole('dialog')
  const steps = recordSteps()
  const button = (name: string) => page.getByRole('button', { name }).first()

  await steps.open('Welcome. Choose a password', () => page.goto(rig.link))
  await steps.type('Password', page.locator('input[type=password]').nth(0), PASSWORD)
  await steps.type('Repeat the password', page.locator('input[type=password]').nth(1), PASSWORD)
  await steps.click('Set password and sign in', button('Set password and sign in'))
  await heading(page).waitFor()
  expect(await page.evaluate(() => location.hash)).toBe('')

  await steps.click('Upstreams', page.getByRole('link', { name: 'Upstreams' }))
  await steps.click('Add an upstream', button('Add an upstream'))
  await steps.type('Name', dialog.getByLabel('Name'), 'main')
  await steps.choose('Provider', dialog.getByLabel('Provider'), 'compatible')
  await steps.paste('Key', dialog.getByLabel('Key'), 'sk-of-the-provider', '`sk-…`')
  await steps.paste('Address', dialog.getByLabel('Address'), rig.mock.url, '`https://…/v1`')
  await steps.type('Models', dialog.getByLabel('Models'), MODEL)
  await steps.click('Add and test', dialog.getByRole('button', { name: 'Add and test' }))
  await page.getByRole('cell', { name: /^main/ }).waitFor()

  await steps.click('Users', page.getByRole('link', { name: 'Users' }))
  await steps.click('Add a user', button('Add a user'))
  await steps.type('Name', dialog.getByLabel('Name'), 'bob')
  await steps.click('Add user', dialog.getByRole('button', { name: 'Add user' }))
  await heading(page).filter({ hasText: 'bob' }).waitFor()

  await steps.click('Create a key', button('Create a key'))
  await steps.type('Name', dialog.getByLabel('Name'), 'laptop')
  await steps.click('Create key', dialog.getByRole('button', { name: 'Create key' }))
  await dialog.getByText(SECRET).waitFor()
  await dialog.getByText(`test message to ${MODEL}`).waitFor()
  await steps.click('Send a test', dialog.getByRole('button', { name: 'Send a test' }))
  await steps.read('It works: answered in {0}.', dialog.getByText('It works'))

  const asked = rig.mock.ledger.filter(({ path }) => path.endsWith('/chat/completions'))
  expect(asked.map(({ headers }) => headers.authorization)).toEqual(['Bearer sk-of-the-provider'])
  // The snippets name a variable, never the key.
  const shown = (await dialog.getByRole('tabpanel').textContent()) ?? ''
  expect(shown).toContain('$OPENAI_API_KEY')
  expect(shown).not.toMatch(SECRET)
  expect(problems).toEqual([])
  expect(steps.seconds()).toBeLessThan(120)
  for (const language of ['en', 'zh'] as const) checkDocument(language, steps)
  await context.close()
}, 120_000)

/** `UPDATE_DOCS=1` writes the steps into the document instead of comparing them. */
function checkDocument(language: 'en' | 'zh', steps: StepRecorder): void {
  const file = join(DOCS, language === 'zh' ? 'console-first-run.zh-CN.md' : 'console-first-run.md')
  const head = language === 'zh' ? '| # | 操作 |' : '| # | action |'
  const table = [head, '| --- | --- |', ...steps.rows(language)].join('\n')
  const written = readFileSync(file, 'utf8')
  const renewed = written
    .replace(/\| # \|[\s\S]*?\n(?=\n)/, `${table}\n`)
    .replace(/\*\*\d+ (s|秒)\*\*/, `**${steps.seconds()} $1**`)
  if (process.env.UPDATE_DOCS === '1') writeFileSync(file, renewed)
  else expect(written).toBe(renewed)
}

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
