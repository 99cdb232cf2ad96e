/** 64 secrets of every kind and form, sent along paths that fail: they appear nowhere. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  chatCompletion,
  type Exchange,
  jsonReply,
  rawReply,
  type Step,
} from '../../support/mock/mock-upstream.ts'
import { environmentFor, runCli } from '../../support/processes/gateway-process.ts'
import { ask } from '../asking.ts'
import { type Rig, startRig } from '../rig.ts'
import { filesIn, keptOf } from './kept-of-requests.ts'
import { leakForms, PLACES, REFUSALS, refusing } from './leaking.ts'

const MODEL = 'canary'
const secret = (prefix: string) => prefix + randomBytes(18).toString('base64url')
const many = (count: number, make: () => string) => Array.from({ length: count }, make)
const hexKey = () => randomBytes(32).toString('hex')

/** Half of them of letters alone, which look like a word of the upstream's own. */
const letters = () => Array.from(randomBytes(28), (byte) => String.fromCharCode(97 + (byte % 26)))
const UPSTREAM = [...many(16, () => secret('sk-up')), ...many(16, () => letters().join(''))]
/** Refused as they are read, so they never become rows. */
const MALFORMED = many(6, () => `${secret('sk-bad')} and more`)
const AS_ARGUMENTS = many(4, () => secret('sk-arg'))
const PASSWORDS = many(4, () => secret('pw'))
const ENCRYPTION = many(2, hexKey)
/** One digit short. */
const BAD_ENCRYPTION = many(2, () => hexKey().slice(1))
const OTHER_PROXY = many(4, () => secret('sk-proxy-'))
const PROXY: string[] = []
const PROXY_KEYS = 10

let rig: Rig
let env: Record<string, string>
/** Everything that anyone saw. */
const seen: string[] = []

beforeAll(async () => {
  env = {
    LOG_LEVEL: 'debug',
    ENCRYPTION_KEY: ENCRYPTION[0] ?? '',
    ENCRYPTION_KEYS_OLD: ENCRYPTION[1] ?? '',
  }
  rig = await startRig({ models: { other: 1 }, env })
  const place = ['--base-url', rig.mock.url, '--provider', 'compatible', '--model', MODEL]
  const stdin = UPSTREAM.join('\n')
  const imported = await rig.gateway.cli(['upstream', 'import', '--stdin', ...place], { stdin })
  seen.push(imported.stdout, imported.stderr)
  expect(imported.exitCode).toBe(0)
  for (let made = 0; made < PROXY_KEYS; made++) {
    const { stdout } = await rig.gateway.cli(['key', 'create', 'default', '--json'])
    PROXY.push((JSON.parse(stdout) as { key: string }).key)
  }
}, 60_000)
afterAll(() => rig.close(), 20_000)

const canaries = () => [
  ...UPSTREAM,
  ...MALFORMED.map((text) => text.split(' ')[0] ?? ''),
  ...AS_ARGUMENTS,
  ...PASSWORDS,
  ...ENCRYPTION,
  ...BAD_ENCRYPTION,
  ...OTHER_PROXY,
  ...PROXY,
]

const keyIn = ({ headers }: Exchange) => (headers.authorization ?? '').replace(/^Bearer /, '')

async function see(model: string, options: Parameters<typeof ask>[2] = {}): Promise<void> {
  const answer = await ask(rig.gateway, model, options)
  seen.push(answer.text, JSON.stringify([...answer.headers]))
}

test('there are 64 of them', () => {
  expect(new Set(canaries()).size).toBe(64)
})

test('an upstream echoes the key of the request, in every form', async () => {
  const open = new Map(UPSTREAM.map((key) => [key, leakForms(key).map(([, text]) => text)]))
  let turn = 0
  rig.mock.script((exchange) => {
    const key = keyIn(exchange)
    const forms = open.get(key) ?? []
    const leak = forms.pop() ?? key
    if (forms.length === 0) open.delete(key)
    const [, steps] = PLACES[turn++ % PLACES.length] ?? []
    return steps?.(leak) ?? []
  })
  await waitUntilEmpty(open, () =>
    Promise.all(Array.from({ length: 16 }, (_, at) => see(MODEL, { stream: at % 2 === 0 }))),
  )
}, 60_000)

test('then it refuses the key and echoes it, until no key is left', async () => {
  const left = new Map(UPSTREAM.map((key) => [key, true]))
  let turn = 0
  rig.mock.script((exchange): Step[] => {
    const key = keyIn(exchange)
    left.delete(key)
    const forms = leakForms(key)
    const [, leak = key] = forms[turn % forms.length] ?? []
    return refusing(REFUSALS[turn++ % REFUSALS.length] ?? 401, leak)
  })
  await waitUntilEmpty(left, () => see(MODEL))
  await see(MODEL)
}, 60_000)

test('a client sends its key, or a wrong one, in the wrong place', async () => {
  rig.mock.script(() => rawReply('HTTP/1.1 500 No\ncontent-length: 0'))
  for (const key of [...PROXY, ...OTHER_PROXY]) {
    const authorization = `Bearer ${key}`
    await see('other', { headers: { authorization } })
    await see('other', { headers: { authorization: `Bearer ${key.slice(0, -1)}` } })
    await see('other', { headers: { authorization, 'x-request-id': key, cookie: key } })
    const paths = [`/v1/nowhere/${key}`, `/v1/models?key=${key}`, `/${key}`, `/metrics?key=${key}`]
    for (const path of paths) {
      const response = await fetch(rig.gateway.origin + path, { headers: { authorization } })
      await response.text()
      seen.push(JSON.stringify([...response.headers]))
    }
  }
})

test('an operator gives secrets in the wrong place or form', async () => {
  const cli = async (
    args: string[],
    more: { stdin?: string; env?: Record<string, string> } = {},
  ) => {
    const { stdout, stderr, exitCode } = await rig.gateway.cli(args, more)
    seen.push(stdout, stderr)
    expect([args, exitCode]).not.toEqual([args, 0])
  }
  for (const [at, stdin] of MALFORMED.entries()) {
    await cli(['upstream', 'add', `bad-${at}`], { stdin })
    await cli(['upstream', 'list'], { env: { OPENAI_API_KEYS: stdin } })
    await cli(['upstream', 'add', 'x'], { env: { GPT_PROXY_UPSTREAM_KEY: stdin } })
  }
  for (const key of AS_ARGUMENTS) {
    await cli(['upstream', 'add', 'main', key])
    await cli(['upstream', 'add', 'main', '--key', key])
    await cli([key])
  }
  for (const key of BAD_ENCRYPTION) {
    await cli(['upstream', 'list'], { env: { ENCRYPTION_KEY: key } })
    await cli(['upstream', 'list'], { env: { ENCRYPTION_KEY: `"${key}0"` } })
    await cli(['upstream', 'list'], { env: { ENCRYPTION_KEYS_OLD: key } })
  }
}, 120_000)

test('a start fails over passwords of other services', async () => {
  const [one, two, three, four] = PASSWORDS
  const folder = mkdtempSync(join(tmpdir(), 'gpt-proxy-canary-'))
  const surroundings: Record<string, string>[] = [
    { DATABASE_URL: `postgres://gpt:${one}@127.0.0.1:1/gpt_proxy` },
    { POSTGRES_HOST: '127.0.0.1', POSTGRES_PORT: '1', POSTGRES_PASSWORD: two ?? '' },
    { REDIS_URL: `redis://:${three}@127.0.0.1:1:1/0` },
    { REDIS_HOST: '127.0.0.1', REDIS_PORT: 'none', REDIS_PASSWORD: four ?? '' },
  ]
  try {
    for (const given of surroundings) {
      const { stdout, stderr, exitCode } = await runCli(
        ['serve'],
        environmentFor(folder, { ...env, ...given }),
      )
      seen.push(stdout, stderr)
      expect([Object.keys(given), exitCode]).not.toEqual([Object.keys(given), 0])
    }
    seen.push(filesIn(folder))
  } finally {
    rmSync(folder, { recursive: true })
  }
}, 60_000)

test('0 are found in replies, logs, metrics, the command line, the database, the journal and backups', async () => {
  const { gateway } = rig
  const file = join(gateway.dataDir, 'backup.sqlite')
  for (const args of [
    ['upstream', 'list', '--json'],
    ['key', 'list', '--json'],
    ['usage', '--by', 'upstream,key', '--csv'],
    ['encryption', 'status', '--json'],
    ['backup', file, '--json'],
    ['restore', file],
  ]) {
    const { stdout, stderr } = await gateway.cli(args)
    seen.push(stdout, stderr)
  }
  rig.mock.script(() => jsonReply(200, chatCompletion('hello')))
  const good = await ask(gateway, 'other')
  expect(good.status).toBe(200)
  const query = (sql: string) => {
    using reading = gateway.database()
    return reading.query<Record<string, unknown>, []>(sql).all()
  }
  const kept = await keptOf(gateway, query, good.headers.get('x-request-id') ?? '')
  expect(readFileSync(file, 'latin1')).toContain('SQLite format 3')

  const everything = [...seen, ...Object.values(kept)].join('\n')
  expect(everything).toContain('[redacted]')
  const found = canaries().flatMap((canary) =>
    leakForms(canary)
      .filter(([, text]) => everything.includes(text))
      .map(([form, text]) => ({ form, around: around(everything, text) })),
  )
  expect(found).toEqual([])
}, 60_000)

/** Helps to find out where it came from. */
function around(text: string, found: string): string {
  const at = text.indexOf(found)
  return text.slice(Math.max(0, at - 80), at + found.length + 40)
}

async function waitUntilEmpty(left: Map<string, unknown>, work: () => Promise<unknown>) {
  for (let round = 0; left.size > 0; round++) {
    if (round > 500) throw new Error(`${left.size} keys were never asked with`)
    await work()
  }
}
