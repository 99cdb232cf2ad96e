/** Models in the console: defined, tried out with a dry run, changed by two people, removed; by mouse and by keyboard. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { Locator, Page } from 'playwright-core'
import { chatCompletion, jsonReply } from '../support/mock/mock-upstream.ts'
import { waitFor } from '../support/waiting.ts'
import {
  type ConsoleRig,
  created,
  signIn,
  startSignedIn,
  type Visit,
  visit,
} from './console-rig.ts'

interface Definition {
  strategy: string
  targets: { model: string; upstream: string | null; weight: number | null; priority: number }[]
}

let rig: ConsoleRig
let first: Visit
let url: string
beforeAll(async () => {
  ;({ rig, first, url } = await startSignedIn('gpt-4o', 'gpt-5'))
  url += '/models'
  rig.mock.script(() => jsonReply(200, chatCompletion('Hello!')))
}, 60_000)
afterAll(() => rig.close())

const definition = (name: string) =>
  created<Definition>(rig.api('GET', `/model-definitions/${name}`))
const target = (dialog: Locator, place: number) =>
  dialog.getByRole('group', { name: `Target ${place}` })
const row = (page: Page, name: string) => page.getByRole('row').filter({ hasText: name })

test('by mouse: a canary with a condition is defined, listed, and answers', async () => {
  const { page, problems } = first
  await page.goto(url)
  await page.getByRole('button', { name: 'Define a model' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Name').fill('canary')
  await target(dialog, 1).getByLabel('Model').fill('gpt-4o')
  await target(dialog, 1).getByLabel('Weight').fill('9')
  await dialog.getByRole('button', { name: 'Add a target' }).click()
  await target(dialog, 2).getByLabel('Model').fill('gpt-5')
  await target(dialog, 2).getByLabel('Upstream').fill('mock')
  await target(dialog, 2).getByLabel('Weight').fill('1')
  await target(dialog, 2).getByLabel('Priority').fill('0')
  await target(dialog, 2).getByText('Conditions, context').click()
  await target(dialog, 2).getByLabel('Conditions').fill('max-tokens:20')
  // The form says what it means before it is sent.
  await dialog.getByText('gpt-5@mock 10 % if max-tokens:20').waitFor()
  await dialog.getByLabel('Add if missing').fill('max_tokens=lots')
  await dialog.getByRole('button', { name: 'Define', exact: true }).click()
  await dialog.getByText('is not name=JSON').waitFor()
  await dialog.getByLabel('Add if missing').fill('max_tokens=100')
  await dialog.getByRole('button', { name: 'Define', exact: true }).click()
  await dialog.waitFor({ state: 'detached' })
  await row(page, 'canary').getByText('defined here').waitFor()
  await row(page, 'canary').getByText('gpt-4o@mock + gpt-5@mock').waitFor()
  await waitFor('the name to be served', async () => (await rig.ask('canary')).ok)
  expect(await definition('canary')).toMatchObject({
    default: { max_tokens: 100 },
    targets: [
      { model: 'gpt-4o', upstream: null, weight: 9, conditions: [] },
      { model: 'gpt-5', upstream: 'mock', weight: 1, conditions: ['max-tokens:20'] },
    ],
  })
  expect(problems).toEqual([])
}, 60_000)

test('a refused field keeps the form open and says why', async () => {
  const { page } = first
  await page.goto(`${url}?create=true`)
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Name').fill('canary')
  await target(dialog, 1).getByLabel('Model').fill('gpt-4o')
  await dialog.getByRole('button', { name: 'Define', exact: true }).click()
  await dialog.getByText("there is already a model 'canary'").first().waitFor()
  await dialog.getByLabel('Name').fill('another')
  await target(dialog, 1).getByText('Conditions, context').click()
  await target(dialog, 1).getByLabel('Conditions').fill('magic:1')
  await dialog.getByRole('button', { name: 'Define', exact: true }).click()
  await dialog.getByText('magic:1').nth(1).waitFor()
  expect((await rig.api('GET', '/model-definitions/another')).status).toBe(404)
}, 60_000)

test('the dry run follows the chosen key and the body of a request', async () => {
  const { page, problems } = first
  const admin = await created<{ items: { id: number }[] }>(rig.api('GET', '/users?search=admin'))
  const user_id = admin.items[0]?.id
  await created(rig.api('POST', '/keys', { name: 'narrow', user_id, allowed_models: ['gpt-4o'] }))
  await page.goto(`${url}?q=canary`)
  await page.getByRole('button', { name: 'canary' }).click()
  const drawer = page.getByRole('dialog')
  const targets = drawer.getByRole('list', { name: 'Targets' })
  await targets.getByText('if max-tokens:20').waitFor()
  await drawer.getByText('For a certain key or request').click()
  const content = 'long '.repeat(100)
  const body = drawer.getByLabel('Body of the request')
  await body.fill(JSON.stringify({ messages: [{ role: 'user', content }] }))
  await targets.getByText('the request does not meet its condition').waitFor()
  await body.fill('[1')
  await drawer.getByText('This is not a JSON object').waitFor()
  await body.fill('')
  await drawer.getByLabel('Key', { exact: true }).selectOption({ label: 'admin · narrow' })
  await drawer.getByText('Nothing would answer a request right now').waitFor()
  await targets.getByText('the key does not allow it').first().waitFor()
  expect(problems).toEqual([])
}, 60_000)

test('two editors: the second sees who changed what, and overwrites nothing silently', async () => {
  const { page } = first
  await page.goto(`${url}?q=canary`)
  await page.getByRole('button', { name: 'canary' }).click()
  await page.getByRole('button', { name: 'Edit its definition' }).click()
  const dialog = page.getByRole('dialog', { name: 'Edit canary' })
  await target(dialog, 1).getByLabel('Weight').fill('5')
  const theirs = await definition('canary')
  const { name: _, ...body } = theirs as Definition & { name: string }
  await created(rig.api('PUT', '/model-definitions/canary', { ...body, strategy: 'sticky' }))
  await dialog.getByRole('button', { name: 'Save' }).click()
  const conflict = dialog.getByRole('alert').filter({ hasText: 'while you were editing' })
  await conflict.getByText('sticky').waitFor()
  expect((await definition('canary')).strategy).toBe('sticky')
  expect(await target(dialog, 1).getByLabel('Weight').inputValue()).toBe('5')
  await conflict.getByRole('button', { name: 'Keep my changes' }).click()
  await dialog.getByRole('button', { name: 'Save' }).click()
  await dialog.waitFor({ state: 'detached' })
  expect(await definition('canary')).toMatchObject({
    strategy: 'priority',
    targets: [{ weight: 5 }, { weight: 1 }],
  })
}, 60_000)

test('removing asks first and names the model', async () => {
  const { page } = first
  await page.goto(`${url}?q=canary`)
  await page.getByRole('button', { name: 'canary' }).click()
  await page.getByRole('button', { name: 'Remove its definition' }).click()
  await page.getByRole('button', { name: 'Remove the definition of canary' }).click()
  await page.getByText('The definition of canary was removed').waitFor()
  expect((await rig.api('GET', '/model-definitions/canary')).status).toBe(404)
}, 60_000)

test('by keyboard in Chinese: a model alias is defined and changed', async () => {
  const { page, problems, context } = await visit(rig.browser, { language: 'zh' })
  await signIn(page, rig.gateway.url, 'admin')
  await page.keyboard.press('Control+k')
  await page.getByRole('dialog').getByRole('combobox').waitFor()
  await page.keyboard.type('定义模型')
  await page.keyboard.press('Enter')
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('名称').waitFor()
  await page.keyboard.type('old-name')
  // Over the strategy to the model of the first target.
  await page.keyboard.press('Tab')
  await page.keyboard.press('Tab')
  await page.keyboard.type('gpt-4o')
  await page.keyboard.press('Enter')
  await dialog.waitFor({ state: 'detached' })
  await row(page, 'old-name').getByText('在此定义').waitFor()
  expect(await definition('old-name')).toMatchObject({ targets: [{ model: 'gpt-4o' }] })
  expect(problems).toEqual([])
  await context.close()
}, 60_000)
