/**
 * `bun docs/screenshots.ts`: makes the pictures of the READMEs, in docs/images, from a real gateway that is filled
 * with invented people and requests to a mock upstream. Needs Chromium; look at them before you commit them.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { createPriceCatalogue } from '../src/adapters/prices/genai-prices.ts'
import { openSqliteStore } from '../src/adapters/sql/store.ts'
import { NO_USAGE } from '../src/core/token-usage.ts'
import type { UsageRecord } from '../src/usage/record.ts'
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
const REQUESTS = 160
/** More at once would show how long they wait for each other on a small machine. */
const AT_ONCE = 2
const FAILING_SHARE = 0.04
const PAST_DAYS = 24
const DAY_MS = 86_400_000
const BATCH = 500
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
const priceList = createPriceCatalogue()
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
  await rig.api('PUT', '/model-definitions/fast', {
    strategy: 'latency',
    targets: [
      { model: 'gpt-4o-mini', upstream: 'openai*', weight: 9 },
      { model: 'o4-mini', upstream: 'openai-main', weight: 1, conditions: ['max-tokens:4000'] },
      { model: 'gpt-4.1', upstream: 'eu-west', priority: 1 },
    ],
    default: { max_tokens: 1000 },
  })
  const secrets: string[] = []
  const people: Person[] = []
  for (const username of PEOPLE) {
    const user = await rig.api('POST', '/users', { username, monthly_quota_tokens: 20_000_000 })
    const { id } = (await user.json()) as { id: number }
    const key = await rig.api('POST', '/keys', { name: 'laptop', user_id: id })
    const created = (await key.json()) as { id: number; secret: string }
    secrets.push(created.secret)
    people.push({ userId: id, apiKeyId: created.id })
  }
  await addPast(rig, people)
  let sent = 0
  const worker = async () => {
    while (sent++ < REQUESTS) await ask(rig, oneOf(secrets), oneOf(MODELS))
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
}

interface Person {
  userId: number
  apiKeyId: number
}

/** Records of the days before, stored as a gateway stores them. */
async function addPast(rig: ConsoleRig, people: readonly Person[]): Promise<void> {
  const store = await openSqliteStore({
    path: join(rig.dataDir, 'gpt-proxy.sqlite'),
    prices: priceList,
  })
  await priceList.load()
  const untilMs = Date.now() - 60_000
  const records: UsageRecord[] = []
  for (let atMs = untilMs - PAST_DAYS * DAY_MS; atMs < untilMs; atMs += random() * gapMs(atMs))
    records.push(pastRecord(oneOf(people), atMs))
  for (let at = 0; at < records.length; at += BATCH)
    await store.settle(records.slice(at, at + BATCH), 'screenshots')
  await store.close()
}

/** Busy on weekdays from eight to six. */
function gapMs(atMs: number): number {
  const at = new Date(atMs)
  const works = at.getUTCDay() % 6 !== 0 && at.getUTCHours() >= 8 && at.getUTCHours() < 18
  return (works ? 6 : 60) * 60_000
}

function pastRecord({ userId, apiKeyId }: Person, startedAtMs: number): UsageRecord {
  const at = Math.floor(random() * random() * UPSTREAMS.length)
  const failed = random() < FAILING_SHARE / 2
  const model = oneOf(MODELS)
  const promptTokens = 200 + Math.floor(random() * 6000)
  const completionTokens = failed ? 0 : 50 + Math.floor(random() * 900)
  return {
    ...NO_USAGE,
    requestId: `req_${Math.floor(random() * 2 ** 32).toString(36)}${startedAtMs.toString(36)}`,
    startedAtMs: Math.floor(startedAtMs),
    userId,
    apiKeyId,
    endpoint: 'chat/completions',
    model,
    upstreamModel: model,
    upstreamKeyId: at + 1,
    upstream: UPSTREAMS[at] ?? null,
    provider: 'compatible',
    stream: true,
    status: failed ? 502 : 200,
    outcome: failed ? 'upstream_error' : 'ok',
    errorCode: failed ? 'upstream_error' : null,
    attempts: [],
    durationMs: 800 + random() * 4000,
    firstTokenMs: failed ? null : 250 + random() * 400,
    reservedTokens: 0,
    costUsd: null,
    promptTokens: failed ? 0 : promptTokens,
    completionTokens,
    totalTokens: failed ? 0 : promptTokens + completionTokens,
    cachedTokens: failed ? 0 : Math.floor(promptTokens * random() * 0.5),
  }
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
      await page.goto(`${rig.gateway.url}/console/${name === 'overview' ? '?range=7d' : name}`)
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
