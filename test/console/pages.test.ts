/** Every page in both languages and both themes: nothing for axe to find, nothing against the policy, nothing too wide. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import axe from 'axe-core'
import type { Page } from 'playwright-core'
import { chatCompletion, jsonReply } from '../support/mock/mock-upstream.ts'
import { type ConsoleRig, setUp, signIn, startConsoleRig, visit } from './console-rig.ts'

const MODEL = 'gpt-4o-mini'
const PAGES = [
  '',
  'requests',
  'requests?live=true',
  'usage',
  'users',
  'users?create=true',
  'users/1',
  'keys',
  'keys?create=true',
  'upstreams',
  'upstreams?create=true',
  'models',
  'models?create=true',
  'playground',
  'doctor',
  'audit',
  'settings',
  'key',
] as const
const LANGUAGES = ['en', 'zh'] as const
const THEMES = ['light', 'dark'] as const
const NARROW = 360

let rig: ConsoleRig
beforeAll(async () => {
  rig = await startConsoleRig()
  rig.mock.script(() => jsonReply(200, chatCompletion('Hello!')))
  await rig.addUpstream(MODEL)
  for (let request = 0; request < 5; request++)
    await rig.ask(request === 4 ? 'no-such-model' : MODEL)
  const { page, context } = await visit(rig.browser)
  await setUp(page, rig.link)
  await context.close()
}, 60_000)
afterAll(() => rig.close())

/** Opens a page and waits until nothing in it is loading. */
async function open(page: Page, path: string): Promise<void> {
  await page.goto(`${rig.gateway.url}/console/${path}`)
  await page.locator('main h1').waitFor()
  await page.waitForFunction(() => document.querySelector('.skeleton') === null)
  // A dialog may be in a file of its own, and the page behind it is hidden while it opens.
  if (path.includes('create=true')) await page.getByRole('dialog').waitFor()
}

/** Colours that are still fading have no contrast of their own. */
async function settleAnimations(page: Page): Promise<void> {
  await page.evaluate(async () => {
    // An animation that was just added is known from the next frame on.
    for (let frames = 0; frames < 2; frames++) await new Promise(requestAnimationFrame)
    const finite = document
      .getAnimations()
      .filter(({ effect }) => effect?.getComputedTiming().endTime !== Number.POSITIVE_INFINITY)
    await Promise.allSettled(finite.map(({ finished }) => finished))
  })
}

async function findings(page: Page): Promise<string[]> {
  await settleAnimations(page)
  await page.evaluate(axe.source)
  return page.evaluate(async () => {
    const checker = (globalThis as unknown as { axe: typeof axe }).axe
    const { violations } = await checker.run(document, { resultTypes: ['violations'] })
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 200)} ${failureSummary}`),
    )
  })
}

for (const language of LANGUAGES)
  for (const theme of THEMES)
    test(`axe finds nothing on any page, in ${language} and ${theme}`, async () => {
      const { page, problems, context } = await visit(rig.browser, { language, theme })
      await page.goto(`${rig.gateway.url}/console/`)
      await page.locator('input[name=username]').waitFor()
      expect(await findings(page)).toEqual([])
      await signIn(page, rig.gateway.url, 'admin')
      const found: Record<string, string[]> = {}
      for (const path of PAGES) {
        await open(page, path)
        const here = await findings(page)
        if (here.length > 0) found[path] = here
      }
      expect(found).toEqual({})
      expect(problems).toEqual([])
      await context.close()
    }, 180_000)

test.each(LANGUAGES)(
  'at 360 px no page in %s is wider than the screen, and tables scroll to their last column',
  async (language) => {
    const { page, problems, context } = await visit(rig.browser, { language, width: NARROW })
    await signIn(page, rig.gateway.url, 'admin')
    for (const path of PAGES) {
      await open(page, path)
      const over = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      )
      expect({ path, tooWide: over > 0 }).toEqual({ path, tooWide: false })
    }
    await open(page, 'upstreams')
    const last = page.getByRole('cell').last()
    await last.scrollIntoViewIfNeeded()
    const box = await last.boundingBox()
    expect((box?.x ?? NARROW) + (box?.width ?? 0)).toBeLessThanOrEqual(NARROW)
    expect(problems).toEqual([])
    await context.close()
  },
  120_000,
)

test('each page shows content, not a failure', async () => {
  const { page, context } = await visit(rig.browser)
  const failed: string[] = []
  page.on('response', (response) => {
    if (response.status() >= 400)
      failed.push(`${response.status()} ${new URL(response.url()).pathname}`)
  })
  await signIn(page, rig.gateway.url, 'admin')
  failed.length = 0
  for (const path of PAGES) await open(page, path)
  expect([...new Set(failed)]).toEqual([])
  await context.close()
}, 120_000)
