/** Keys, input methods and focus. */

import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { Page } from 'playwright-core'
import { waitFor } from '../support/waiting.ts'
import { type ConsoleRig, signIn, startSignedIn, type Visit, visit } from './console-rig.ts'

let rig: ConsoleRig
let first: Visit
let url: string
beforeAll(async () => {
  ;({ rig, first, url } = await startSignedIn())
}, 60_000)
afterAll(() => rig.close())

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

test('what is typed right after the palette was opened is not lost, however slow the network is', async () => {
  const { page, context } = await visit(rig.browser)
  await signIn(page, rig.gateway.url, 'admin')
  // Nothing more arrives from here on.
  await page.route('**/assets/**', () => {})
  await page.keyboard.press('Control+k')
  await page.keyboard.type('users')
  const box = page.getByRole('dialog').getByRole('combobox')
  await box.waitFor()
  expect(await box.inputValue()).toBe('users')
  await context.close()
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

const focused = (page: Page) =>
  page.evaluate(() => {
    const { ariaLabel, textContent, id } = document.activeElement ?? {}
    return ariaLabel ?? (id || textContent?.trim())
  })

/** Escape, and where the focus is afterwards. */
async function focusAfterClosing(page: Page): Promise<string | undefined> {
  await page.getByRole('dialog').waitFor()
  await page.waitForFunction(() => document.activeElement?.closest('[role=dialog]') !== null)
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  await page.waitForFunction(() => document.activeElement !== document.body)
  return await focused(page)
}

test.each([
  ['users', 'Add a user'],
  ['keys', 'Create a key'],
  ['upstreams', 'Add an upstream'],
  ['upstreams', 'Paste many keys'],
  ['models', 'Define a model'],
])(
  'after a dialog of %s the focus is back on %s',
  async (path, opener) => {
    const { page } = first
    await page.goto(`${url}/${path}`)
    await page.getByRole('button', { name: opener }).first().press('Enter')
    expect(await focusAfterClosing(page)).toBe(opener)
  },
  60_000,
)

test('after the palette the focus is back where it was', async () => {
  const { page } = first
  await page.goto(`${url}/users`)
  await page.getByLabel('Find a user').focus()
  await page.keyboard.press('Control+k')
  expect(await focusAfterClosing(page)).toBe('Find a user')
}, 60_000)

test('after a dialog that a menu opened the focus is on the button of the menu', async () => {
  const { page } = first
  await page.goto(`${url}/keys`)
  await page.getByRole('button', { name: 'Actions for admin' }).press('Enter')
  await page.getByRole('menuitem', { name: 'Edit' }).press('Enter')
  expect(await focusAfterClosing(page)).toBe('Actions for admin')
}, 60_000)

test('after a dialog that a link opened the focus is on the content', async () => {
  const { page } = first
  await page.goto(`${url}/keys?create=true`)
  expect(await focusAfterClosing(page)).toBe('main')
}, 60_000)
