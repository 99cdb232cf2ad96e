/** Upstreams in the console: many at once, settings for others, drained, their models. */
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

const MODEL = 'gpt-4o-mini'

interface Item {
  id: number
  name: string
  status: string
  weight: number
  models: string[] | null
  last_error: string | null
}

let rig: ConsoleRig
let first: Visit
let url: string
beforeAll(async () => {
  ;({ rig, first, url } = await startSignedIn(MODEL))
  url += '/upstreams'
  rig.mock.script(({ path, headers }) => {
    if (headers.authorization === 'Bearer sk-of-nobody') return jsonReply(401, { error: {} })
    return path.endsWith('/models')
      ? jsonReply(200, { object: 'list', data: [{ id: 'new-model' }, { id: MODEL }] })
      : jsonReply(200, chatCompletion('Hello!'))
  })
}, 60_000)
afterAll(() => rig.close())

async function upstream(name: string): Promise<Item> {
  const { items } = await created<{ items: Item[] }>(rig.api('GET', `/upstreams?search=${name}`))
  const found = items.find((each) => each.name === name)
  if (found === undefined) throw new Error(`there is no upstream ${name}`)
  return found
}

const row = (page: Page, name: string) =>
  page.getByRole('row').filter({ has: page.getByText(name, { exact: true }) })

async function choose(page: Page, name: string, action: string | RegExp): Promise<void> {
  await page.getByRole('button', { name: `Actions for ${name}` }).click()
  await page.getByRole('menuitem', { name: action }).click()
}

async function paste(page: Page, keys: readonly string[], isTested: boolean): Promise<Locator> {
  await page.goto(url)
  await page.getByRole('button', { name: 'Paste many keys' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Keys').fill(keys.join('\n'))
  await dialog.getByLabel('Provider', { exact: true }).selectOption('compatible')
  await dialog.getByLabel('Address').fill(rig.mock.url)
  await dialog.getByLabel('Models').fill(MODEL)
  await dialog.getByLabel('Test each key').setChecked(isTested)
  await dialog.getByRole('button', { name: /^Add \d+ keys/ }).click()
  await dialog.getByRole('status').filter({ hasText: 'added' }).waitFor()
  return dialog
}

test('many pasted keys: each is added once, tested, and reported by its line', async () => {
  const { page, problems } = first
  const keys = ['sk-pasted-one', '', 'sk-pasted-one', 'short', 'sk-of-nobody', 'sk-pasted-two']
  const dialog = await paste(page, keys, true)
  const lines = dialog.getByRole('list', { name: 'Lines' }).getByRole('listitem')
  // What went wrong comes first.
  expect(await lines.allInnerTexts()).toEqual([
    expect.stringMatching(
      /^5\s+…body\s+added, but failed the test\s+compatible-\d: the upstream refuses this key$/,
    ),
    expect.stringMatching(/^4\s+not a key\s+shorter than 8 characters/),
    expect.stringMatching(/^1\s+…-one\s+added\s+compatible-\d$/),
    expect.stringMatching(/^6\s+…-two\s+added\s+compatible-\d$/),
    expect.stringMatching(/^3\s+…-one\s+twice in the list$/),
  ])
  await dialog.getByText('3 keys were added.').waitFor()
  await dialog.getByRole('button', { name: 'Close' }).last().click()

  const again = await paste(page, keys, false)
  await again.getByText('0 keys were added.').waitFor()
  await again.getByText('3 already exists').waitFor()
  expect(problems).toEqual([])
}, 60_000)

test('settings of one are copied to those that are chosen, and to no other', async () => {
  for (const name of ['copy-a', 'copy-b', 'copy-c'])
    await created(
      rig.api('POST', '/upstreams', {
        ...{ name, provider: 'compatible', base_url: rig.mock.url, secret: `sk-of-${name}` },
        ...(name === 'copy-a' ? { models: ['copied'], weight: 7 } : { models: ['own'] }),
      }),
    )
  const { page } = first
  await page.goto(`${url}?q=copy`)
  await choose(page, 'copy-a', /Copy settings/)
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Weight').check()
  await dialog.getByLabel(/^copy-b/).check()
  await dialog.getByRole('button', { name: 'Copy to 1' }).click()
  await dialog.waitFor({ state: 'detached' })
  expect(await upstream('copy-b')).toMatchObject({ models: ['copied'], weight: 7 })
  expect(await upstream('copy-c')).toMatchObject({ models: ['own'], weight: 1 })
}, 60_000)

test('a drained upstream finishes its request, gets no new one, and can be enabled again', async () => {
  const { page } = first
  const { items } = await created<{ items: Item[] }>(rig.api('GET', '/upstreams?search=compatible'))
  for (const { id } of items) await created(rig.api('POST', `/upstreams/${id}/disable`))
  const { promise: drained, resolve: answer } = Promise.withResolvers<void>()
  rig.mock.script(() => [{ until: drained }, ...jsonReply(200, chatCompletion('Finished'))])
  const running = rig.ask(MODEL)
  await waitFor('the request at the upstream', () =>
    rig.mock.ledger.some(({ path }) => path.endsWith('/chat/completions')),
  )
  await page.goto(`${url}?q=mock`)
  await choose(page, 'mock', /Drain/)
  await row(page, 'mock').getByText('off', { exact: true }).waitFor()
  await waitFor('new requests to be refused', async () => (await rig.ask(MODEL)).status >= 400)
  answer()
  expect(await (await running).json()).toMatchObject({
    choices: [{ message: { content: 'Finished' } }],
  })
  await choose(page, 'mock', 'Enable')
  await row(page, 'mock').getByText('healthy').waitFor()
  await waitFor('requests to be answered', async () => (await rig.ask(MODEL)).ok)
}, 60_000)

test('the model list of the provider fills the form, and is saved only on request', async () => {
  rig.mock.script(() =>
    jsonReply(200, { object: 'list', data: [{ id: 'new-model' }, { id: MODEL }] }),
  )
  const { page } = first
  await page.goto(`${url}?q=mock`)
  await choose(page, 'mock', /Edit/)
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('button', { name: /model list/ }).click()
  await dialog.getByText('2 models').waitFor()
  expect(await dialog.getByLabel('Models').inputValue()).toBe(`${MODEL}\nnew-model`)
  expect((await upstream('mock')).models).toEqual([MODEL])
  await dialog.getByRole('button', { name: 'Save' }).click()
  await dialog.waitFor({ state: 'detached' })
  expect((await upstream('mock')).models).toEqual([MODEL, 'new-model'])
}, 60_000)

test('among a thousand upstreams an edit renews one row without loading the list', async () => {
  const secrets = Array.from({ length: 1000 }, (_, at) => `sk-one-of-a-thousand-${at}`)
  const settings = { provider: 'compatible', base_url: rig.mock.url, models: ['many'] }
  await created(rig.api('POST', '/upstreams/import', { settings, secrets: secrets.join('\n') }))
  const { page } = first
  await page.goto(url)
  const rows = page.getByRole('row')
  await rows.nth(1).waitFor()
  const firstPage = await rows.count()
  await page.getByRole('button', { name: 'Show more' }).scrollIntoViewIfNeeded()
  await waitFor('the second page', async () => (await rows.count()) > firstPage)
  // From here on the list can't be loaded.
  await page.route(/\/admin\/v1\/upstreams(\?|$)/, (route) => route.abort())
  await choose(page, 'mock', /Edit/)
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Weight').fill('42')
  await dialog.getByRole('button', { name: 'Save' }).click()
  await row(page, 'mock').getByText('weight 42').waitFor()
  await page.unrouteAll({ behavior: 'wait' })
}, 90_000)

test('the last error is in plain words, in the language of the console', async () => {
  rig.mock.script(() => jsonReply(503, { error: {} }))
  const settings = { provider: 'compatible', base_url: rig.mock.url, models: ['overloaded-model'] }
  await created(
    rig.api('POST', '/upstreams', { ...settings, name: 'overloaded', secret: 'sk-overloaded' }),
  )
  await waitFor('the error', async () => {
    await (await rig.ask('overloaded-model')).arrayBuffer()
    return (await upstream('overloaded')).last_error !== null
  })
  for (const [language, words] of [
    ['en', 'The provider had an error of its own.'],
    ['zh', '供应商自身出错'],
  ] as const) {
    const { page, context } = await visit(rig.browser, { language })
    await signIn(page, rig.gateway.url, 'admin')
    await page.goto(`${url}?q=overloaded`)
    await row(page, 'overloaded').filter({ hasText: words }).waitFor()
    expect(await row(page, 'overloaded').getByText('status 503').count()).toBe(0)
    await context.close()
  }
}, 60_000)
