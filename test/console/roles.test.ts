/** What each role sees and can do in the console, and the second factor when signing in. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { Secret, TOTP } from 'otpauth'
import type { Page } from 'playwright-core'
import { type ConsoleRig, PASSWORD, setUp, startConsoleRig, visit } from './console-rig.ts'

const MODEL = 'gpt-4o-mini'

let rig: ConsoleRig
let url: string
beforeAll(async () => {
  rig = await startConsoleRig()
  url = `${rig.gateway.url}/console`
  await rig.addUpstream(MODEL)
  const { page, context } = await visit(rig.browser)
  await setUp(page, rig.link)
  await context.close()
}, 60_000)
afterAll(() => rig.close())

const linksOf = (page: Page) => page.getByRole('navigation').getByRole('link').allInnerTexts()

test('a viewer sees each page but no button that changes anything', async () => {
  const { page, problems, context } = await rig.signInNew('vera', 'viewer')
  expect(await linksOf(page)).toContain('Audit')
  expect(await linksOf(page)).not.toContain('Playground')
  for (const [path, change] of [
    ['users', 'Add a user'],
    ['keys', 'Create a key'],
    ['upstreams', 'Add an upstream'],
  ] as const) {
    await page.goto(`${url}/${path}`)
    await page.locator('main h1').waitFor()
    await page.getByRole('cell').first().waitFor()
    expect({ path, offered: await page.getByRole('button', { name: change }).count() }).toEqual({
      path,
      offered: 0,
    })
  }
  const reply = await rig.ask(MODEL)
  await page.goto(`${url}/requests?id=${reply.headers.get('x-request-id')}`)
  const drawer = page.getByRole('dialog')
  await drawer.getByText('Send it again').waitFor()
  expect(await drawer.getByRole('link', { name: 'playground' }).count()).toBe(0)
  expect(problems).toEqual([])
  await context.close()
}, 60_000)

test('a user sees their own keys and usage, and no page about others', async () => {
  const { page, problems, context } = await rig.signInNew('uma', 'user')
  expect(await linksOf(page)).toEqual([
    'Overview',
    'Requests',
    'Usage',
    'Keys',
    'Playground',
    'Settings',
  ])
  await page.goto(`${url}/keys`)
  await page.locator('main h1').waitFor()
  expect(await page.getByRole('cell', { name: 'admin' }).count()).toBe(0)
  await page.goto(`${url}/upstreams`)
  await page.locator('main').getByRole('heading').first().waitFor()
  expect(await page.getByText('sk-of-the-provider').count()).toBe(0)
  expect(await page.getByRole('cell', { name: /^mock/ }).count()).toBe(0)
  expect(problems).toEqual([])
  await context.close()
}, 60_000)

test('a second factor that was turned on is asked for when signing in', async () => {
  const { page, context } = await rig.signInNew('dave', 'user')
  await page.goto(`${url}/settings`)
  const panel = page.locator('section', { hasText: 'Two-factor authentication' })
  await panel.getByLabel('Current password').fill(PASSWORD)
  await panel.getByRole('button', { name: 'Set up' }).click()
  const uri = await page.getByRole('link', { name: 'Open in an app' }).getAttribute('href')
  const secret = new URL(uri ?? '').searchParams.get('secret') ?? ''
  const codes = new TOTP({ secret: Secret.fromBase32(secret) })
  await page.getByLabel('Code from your authenticator app').fill(codes.generate())
  await page.getByRole('button', { name: 'Turn on' }).click()
  await page.getByText('Two-factor authentication is on').waitFor()
  await context.close()

  const again = await visit(rig.browser)
  await again.page.goto(`${url}/`)
  await again.page.locator('input[name=username]').fill('dave')
  await again.page.locator('input[name=password]').fill(PASSWORD)
  await again.page.keyboard.press('Enter')
  // A code counts once, so the next one is needed.
  const next = codes.generate({ timestamp: Date.now() + 30_000 })
  await again.page.locator('input[name=code]').fill(next)
  await again.page.keyboard.press('Enter')
  await again.page.locator('main#main h1').waitFor()
  await again.context.close()
}, 60_000)
