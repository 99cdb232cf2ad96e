/**
 * `bun docs/screenshots.ts`: makes the pictures of the READMEs, in docs/images, from a real gateway that is filled
 * with invented people and requests to a mock upstream. Needs Chromium; look at them before you commit them.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import {
  type ConsoleRig,
  setUp,
  signIn,
  startConsoleRig,
  visit,
} from '../test/console/console-rig.ts'
import { chatCompletion, jsonReply } from '../test/support/mock/mock-upstream.ts'

const FOLDER = join(import.meta.dir, 'images')
const PEOPLE = ['alice', 'bob', 'ci-pipeline', 'design', 'research', 'support-bot']
const MODELS = ['gpt-4o', 'gpt-4o-mini', 'gpt-4.1', 'o4-mini']
const UPSTREAMS = ['openai-main', 'openai-backup', 'eu-west']
const REQUESTS = 240
const AT_ONCE = 8
const FAILING_SHARE = 0.04
const PAGES = [
  'overview',
  'requests',
  'usage',
  'users',
  'keys',
  'upstreams',
  'models',
  'playground',
  'audit',
  'settings',
]

/** Seeded, so that the pictures differ only where the console does. */
function randomNumbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}
const random = randomNumbers(7)
const oneOf = <Item>(items: readonly Item[]): Item =>
  items[Math.floor(random() * random() * items.length)] as Item

async function fill(rig: ConsoleRig): Promise<void> {
  rig.mock.script(() =>
    random() < FAILING_SHARE
      ? jsonReply(503, { error: { message: 'overloaded' } })
      : [{ waitMs: 20 + random() * 120 }, ...jsonReply(200, chatCompletion('Hello!'))],
  )
  for (const [index, name] of UPSTREAMS.entries()) {
    const settings = { provider: 'compatible', base_url: rig.mock.url, weight: 3 - index }
    await rig.api('POST', '/upstreams', {
      ...settings,
      name,
      models: MODELS,
      secret: `sk-invented-${name}`,
    })
  }
  const secrets: string[] = []
  for (const username of PEOPLE) {
    const user = await rig.api('POST', '/users', { username, monthly_quota_tokens: 2_000 })
    const { id } = (await user.json()) as { id: number }
    const key = await rig.api('POST', '/keys', { name: 'laptop', user_id: id })
    secrets.push(((await key.json()) as { secret: string }).secret)
  }
  let sent = 0
  const worker = async () => {
    while (sent++ < REQUESTS) await ask(rig, oneOf(secrets), oneOf(MODELS))
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
}

async function ask(rig: ConsoleRig, secret: string, model: string): Promise<void> {
  const reply = await fetch(`${rig.gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model, messages: [{ role: 'user', content: 'Say hello.' }] }),
  })
  await reply.arrayBuffer()
}

const rig = await startConsoleRig()
try {
  mkdirSync(FOLDER, { recursive: true })
  const first = await visit(rig.browser)
  await setUp(first.page, rig.link)
  await fill(rig)
  for (const [language, theme] of [
    ['en', 'light'],
    ['en', 'dark'],
    ['zh', 'light'],
  ] as const) {
    const { page, context } = await visit(rig.browser, { language, theme, width: 1280 })
    await signIn(page, rig.gateway.url, 'admin')
    for (const name of theme === 'dark' ? ['overview'] : PAGES) {
      await page.goto(`${rig.gateway.url}/console/${name === 'overview' ? '' : name}`)
      await page.locator('main#main h1').waitFor()
      await page.waitForFunction(() => document.querySelector('.skeleton') === null)
      await page.waitForLoadState('networkidle', { timeout: 1500 }).catch(() => {})
      await page.screenshot({ path: join(FOLDER, `${name}-${language}-${theme}.png`) })
    }
    await context.close()
  }
} finally {
  await rig.close()
}
