/** A real gateway before a mock upstream, and a browser that tells of everything a page must not do. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import {
  environmentFor,
  type GatewayProcess,
  runCli,
  spawnGateway,
} from '../support/gateway-process.ts'
import { type MockUpstream, startMockUpstream } from '../support/mock/mock-upstream.ts'

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
  /** A call of the admin API with the admin's key. */
  api(method: string, path: string, body?: unknown): Promise<Response>
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
  return {
    gateway,
    mock,
    browser,
    link: value('CONSOLE_LINK'),
    adminKey,
    cli: (...args) => runCli(args, env),
    api: (method, path, body) =>
      fetch(`${gateway.url}/admin/v1${path}`, {
        method,
        headers: { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    async close() {
      await browser.close()
      gateway.signal('SIGTERM')
      await gateway.exited
      await mock.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

export interface Visit {
  page: Page
  context: BrowserContext
  /** What went wrong in the page: violations of the policy, uncaught errors, failed files. */
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
