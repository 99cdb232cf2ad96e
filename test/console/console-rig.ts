/** A real gateway with a mock upstream, and a browser that reports everything a page must not do. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { type MockUpstream, startMockUpstream } from '../support/mock/mock-upstream.ts'
import {
  environmentFor,
  type GatewayProcess,
  runCli,
  spawnGateway,
} from '../support/processes/gateway-process.ts'

export const PASSWORD = 'a sentence as a password'
const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium'
/** Without the background requests that a closed network answers with refusals. */
const CHROMIUM_FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

export interface ConsoleRig {
  gateway: GatewayProcess
  mock: MockUpstream
  browser: Browser
  /** The one-time link of the first start. */
  link: string
  adminKey: string
  cli(...args: string[]): ReturnType<typeof runCli>
  dataDir: string
  /** A call of the admin API with the admin's key. */
  api(method: string, path: string, body?: unknown): Promise<Response>
  /** Adds the mock as an upstream that serves these models. Returns when requests can use it. */
  addUpstream(...models: string[]): Promise<void>
  /** A chat request with the admin's key, as a program sends it. */
  ask(model: string): Promise<Response>
  /** Creates a user and signs them in, by the link that an admin gives them. */
  signInNew(username: string, role: 'admin' | 'viewer' | 'user'): Promise<Visit>
  close(): Promise<void>
}

export async function startConsoleRig(extra: Record<string, string> = {}): Promise<ConsoleRig> {
  const folder = mkdtempSync(join(tmpdir(), 'console-'))
  const mock = await startMockUpstream()
  const env = environmentFor(folder, extra)
  const gateway = await spawnGateway(env)
  const start = readFileSync(join(folder, 'first-start.env'), 'utf8')
  const value = (name: string) => new RegExp(`^${name}='?([^'\\n]+)'?$`, 'm').exec(start)?.[1] ?? ''
  const adminKey = value('ADMIN_KEY')
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: CHROMIUM_FLAGS })
  const api: ConsoleRig['api'] = (method, path, body) =>
    fetch(`${gateway.url}/admin/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
  return {
    gateway,
    mock,
    browser,
    link: value('CONSOLE_LINK'),
    adminKey,
    dataDir: folder,
    cli: (...args) => runCli(args, env),
    api,
    async addUpstream(...models) {
      const settings = { provider: 'compatible', base_url: mock.url, models }
      await created(
        api('POST', '/upstreams', { ...settings, name: 'mock', secret: 'sk-of-the-provider' }),
      )
    },
    ask: (model) =>
      fetch(`${gateway.url}/v1/chat/completions`, {
        method: 'POST',
        headers: { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' },
        body: JSON.stringify({ model, messages: [{ role: 'user', content: 'Say hello.' }] }),
      }),
    async signInNew(username, role) {
      const { id } = await created<{ id: number }>(api('POST', '/users', { username, role }))
      const link = await created<{ url: string }>(api('POST', `/users/${id}/setup-link`))
      const visitor = await visit(browser)
      await setUp(visitor.page, link.url)
      return visitor
    },
    async close() {
      await browser.close()
      gateway.signal('SIGTERM')
      await gateway.exited
      await mock.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** The object in a successful reply; throws with the gateway's own words otherwise. */
export async function created<Body = unknown>(call: Promise<Response>): Promise<Body> {
  const reply = await call
  if (!reply.ok) throw new Error(`${reply.status}: ${await reply.text()}`)
  return (await reply.json()) as Body
}

export interface Visit {
  page: Page
  context: BrowserContext
  /** Violations of the content security policy and uncaught errors. */
  problems: string[]
}

interface VisitOptions {
  language?: 'en' | 'zh'
  theme?: 'light' | 'dark'
  width?: number
}

export async function visit(browser: Browser, options: VisitOptions = {}): Promise<Visit> {
  const { language = 'en', theme = 'light', width = 1280 } = options
  const context = await browser.newContext({
    locale: language === 'zh' ? 'zh-CN' : 'en-GB',
    colorScheme: theme,
    viewport: { width, height: 800 },
  })
  context.setDefaultTimeout(15_000)
  return { context, ...(await openPage(context)) }
}

/** Another tab of the same browser. */
export async function openPage(context: BrowserContext): Promise<Pick<Visit, 'page' | 'problems'>> {
  const page = await context.newPage()
  const problems: string[] = []
  page.on('pageerror', (error) => problems.push(`uncaught: ${error.message}`))
  page.on('console', (message) => {
    const text = message.text()
    if (/content security policy|refused to/i.test(text)) problems.push(`policy: ${text}`)
  })
  return { page, problems }
}

export interface SignedInConsole {
  rig: ConsoleRig
  /** The admin's browser. */
  first: Visit
  /** The address of the console, without a slash at its end. */
  url: string
}

/** A gateway whose mock serves `models`, and a browser in which the first admin has set the password. */
export async function startSignedIn(...models: string[]): Promise<SignedInConsole> {
  const rig = await startConsoleRig()
  if (models.length > 0) await rig.addUpstream(...models)
  const first = await visit(rig.browser)
  await setUp(first.page, rig.link)
  return { rig, first, url: `${rig.gateway.url}/console` }
}

/** Signs in by the form. */
export async function signIn(page: Page, url: string, username: string): Promise<void> {
  await page.goto(`${url}/console/`)
  await page.locator('input[name=username]').fill(username)
  await page.locator('input[name=password]').fill(PASSWORD)
  await page.keyboard.press('Enter')
  await page.locator('main#main h1').waitFor()
}

/** Sets the first admin's password by the link and so signs in. */
export async function setUp(page: Page, link: string): Promise<void> {
  await page.goto(link)
  const fields = page.locator('input[type=password]')
  await fields.nth(0).fill(PASSWORD)
  await fields.nth(1).fill(PASSWORD)
  await page.keyboard.press('Enter')
  await page.locator('main#main h1').waitFor()
}
