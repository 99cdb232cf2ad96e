/** Keys, input methods and focus. */

import { afterAll, beforeAll, expect, test } from 'bun:test'
import { waitFor } from '../support/waiting.ts'
import { type ConsoleRig, startSignedIn, type Visit } from './console-rig.ts'

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
