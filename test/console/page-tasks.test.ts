/** The main task of each page, by mouse and by keyboard alone, in both languages. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { Locator, Page } from 'playwright-core'
import translations from '../../web/src/locales/zh.json'
import { chatChunks, chatCompletion, jsonReply, sseReply } from '../support/mock/mock-upstream.ts'
import { waitFor } from '../support/waiting.ts'
import { type ConsoleRig, signIn, startSignedIn, type Visit, visit } from './console-rig.ts'

const MODEL = 'gpt-4o-mini'
const MAX_TABS = 150

let rig: ConsoleRig
let url: string
beforeAll(async () => {
  let first: Visit
  ;({ rig, first, url } = await startSignedIn(MODEL))
  await first.context.close()
  rig.mock.script(() => jsonReply(200, chatCompletion('Hello!')))
  await (await rig.ask(MODEL)).arrayBuffer()
  rig.mock.script(({ path }) =>
    path.endsWith('/models')
      ? jsonReply(200, { object: 'list', data: [{ id: MODEL, object: 'model' }] })
      : sseReply(chatChunks('Hello world', { usage: true })),
  )
}, 60_000)
afterAll(() => rig.close())

/** How a person operates the page, and what its texts are. */
interface Hand {
  page: Page
  say(message: keyof typeof translations): string
  press(button: Locator): Promise<void>
  /** Of a native list or a group of radio buttons. */
  choose(list: Locator, value: string): Promise<void>
  type(field: Locator, text: string): Promise<void>
}

function byMouse(page: Page, say: Hand['say']): Hand {
  return {
    page,
    say,
    press: (button) => button.click(),
    choose: async (list, value) => void (await list.selectOption(value)),
    async type(field, text) {
      await field.click()
      await page.keyboard.type(text)
    },
  }
}

/** Tab until the element has the focus, as someone without a pointer has to. */
function byKeyboard(page: Page, say: Hand['say']): Hand {
  const reach = async (wanted: Locator) => {
    await wanted.waitFor()
    for (let tabs = 0; tabs < MAX_TABS; tabs++) {
      if (await wanted.evaluate((element) => element === document.activeElement)) return
      await page.keyboard.press('Tab')
    }
    throw new Error(`${wanted} can't be reached with Tab`)
  }
  return {
    page,
    say,
    async press(button) {
      await reach(button)
      await page.keyboard.press('Enter')
    },
    async choose(list, value) {
      await reach(list)
      const current = () => list.evaluate((element) => (element as HTMLSelectElement).value)
      await page.keyboard.press('Home')
      for (let steps = 0; steps < 20 && (await current()) !== value; steps++)
        await page.keyboard.press('ArrowDown')
      expect(await current()).toBe(value)
    },
    async type(field, text) {
      await reach(field)
      await page.keyboard.type(text)
    },
  }
}

/** Each opens its page, does what people come for, and waits for the result. */
const TASKS: Record<string, (hand: Hand) => Promise<void>> = {
  async overview({ page, press, say }) {
    await page.goto(`${url}/`)
    await press(page.locator('main').getByRole('link', { name: MODEL }).first())
    await page.getByRole('heading', { level: 1, name: say('Requests') }).waitFor()
    expect(page.url()).toContain(MODEL)
  },
  async requests({ page, press, say }) {
    await page.goto(`${url}/requests`)
    const name = say('Open request {0}').replace('{0}', 'req_')
    await press(page.getByRole('button', { name }).first())
    const drawer = page.getByRole('dialog')
    await drawer.getByText(say('Timeline')).waitFor()
    await drawer.getByText('curl -N').waitFor()
    await press(drawer.getByRole('button', { name: say('Close') }))
    await drawer.waitFor({ state: 'detached' })
  },
  async usage({ page, choose, say }) {
    await page.goto(`${url}/usage`)
    await choose(page.getByLabel(say('Group by'), { exact: true }), 'model')
    await page.getByRole('cell', { name: MODEL }).waitFor()
  },
  async users({ page, press }) {
    await page.goto(`${url}/users`)
    await press(page.getByRole('link', { name: 'default' }))
    await page.getByRole('heading', { level: 1, name: 'default' }).waitFor()
  },
  async keys({ page, press, type, say }) {
    await page.goto(`${url}/keys`)
    await press(page.getByRole('button', { name: say('Create a key') }).first())
    const dialog = page.getByRole('dialog')
    await type(dialog.getByLabel(say('Name')), 'mine')
    await press(dialog.getByRole('button', { name: say('Create key') }))
    await dialog
      .getByText(/sk-proxy-/)
      .first()
      .waitFor()
  },
  async upstreams({ page, press }) {
    await page.goto(`${url}/upstreams`)
    const before = rig.mock.ledger.length
    await press(page.getByRole('row').nth(1).getByRole('button').first())
    await waitFor('the test to reach the upstream', () => rig.mock.ledger.length > before)
  },
  async models({ page, press, say }) {
    await page.goto(`${url}/models`)
    await press(page.getByRole('button', { name: MODEL }))
    await page.getByRole('dialog').getByText(say('ready')).waitFor()
  },
  async playground({ page, press, type, say }) {
    await page.goto(`${url}/playground`)
    await type(page.getByLabel(say('Your message')), 'Hi')
    await press(page.getByRole('button', { name: say('Send') }))
    await page.getByRole('log').getByText('Hello world').waitFor()
  },
  async doctor({ page, press, say }) {
    await page.goto(`${url}/doctor`)
    await press(page.getByRole('button', { name: say('Run the checks') }))
    await page.getByText('UPS-1').first().waitFor()
  },
  async audit({ page, type, say }) {
    await page.goto(`${url}/audit`)
    await type(page.getByLabel(say('Action'), { exact: true }), 'upstream.create')
    await waitFor('the filter in the address', () => page.url().includes('upstream.create'))
    await page.getByRole('cell', { name: /^mock/ }).waitFor()
  },
  async settings({ page, type, press, say }) {
    await page.goto(`${url}/settings`)
    await type(page.getByLabel(say('Find a variable')), 'RETENTION')
    await page.getByRole('cell', { name: 'USAGE_RETENTION_DAYS' }).waitFor()
    await press(page.getByRole('link', { name: say('Overview') }))
    await page.getByRole('heading', { level: 1, name: say('Overview') }).waitFor()
  },
}

describe.each([
  ['en', 'mouse', byMouse],
  ['zh', 'mouse', byMouse],
  ['en', 'keyboard', byKeyboard],
  ['zh', 'keyboard', byKeyboard],
] as const)('in %s by %s', (language, _, hand) => {
  let person: Visit
  beforeAll(async () => {
    person = await visit(rig.browser, { language })
    await signIn(person.page, rig.gateway.url, 'admin')
  }, 60_000)
  afterAll(() => person.context.close())

  test.each(Object.entries(TASKS))(
    '%s',
    async (_name, task) => {
      const say: Hand['say'] = (message) => (language === 'zh' ? translations[message] : message)
      await task(hand(person.page, say))
      expect(person.problems).toEqual([])
    },
    60_000,
  )
})
