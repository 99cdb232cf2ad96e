/** The first start makes what is needed and hands out its secrets once; the second is silent. */
import { afterEach, beforeEach, expect, test } from 'bun:test'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { environmentFor, spawnGateway } from '../support/gateway-process.ts'
import { waitFor } from '../support/waiting.ts'

const KEY = /sk-proxy-[0-9A-Za-z]{38}/g
const MAIN = join(import.meta.dir, '..', '..', 'src', 'main.ts')

let dataDir: string

beforeEach(() => {
  dataDir = join(mkdtempSync(join(tmpdir(), 'gpt-proxy-start-')), 'data')
})

afterEach(() => rmSync(join(dataDir, '..'), { recursive: true, force: true }))

async function servedOnce<T>(
  env: Record<string, string>,
  work: (url: string, logs: () => string) => Promise<T>,
): Promise<T> {
  const running = await spawnGateway(environmentFor(dataDir, env))
  try {
    return await work(running.url, running.logs)
  } finally {
    running.signal('SIGTERM')
    expect(await running.exited).toBe(0)
  }
}

/** What a person sees: the process on a pseudo-terminal, until `end` shows up in it. */
async function onTerminal(args: string[], end: string): Promise<string> {
  let written = ''
  const decoder = new TextDecoder()
  const child = Bun.spawn([process.execPath, MAIN, ...args], {
    env: environmentFor(dataDir),
    terminal: {
      cols: 400,
      rows: 50,
      data(_, part) {
        written += decoder.decode(part, { stream: true })
      },
    },
  })
  await waitFor(`'${end}' on the terminal`, () => written.includes(end), 10_000)
  child.kill('SIGTERM')
  await child.exited
  child.terminal?.close()
  return written
}

test('without a terminal the secrets are in a file of their owner alone, and in no output', async () => {
  const path = join(dataDir, 'first-start.env')
  await servedOnce({ OPENAI_API_KEYS: 'sk-imported-one,sk-imported-two' }, async (url, logs) => {
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(statSync(join(dataDir, 'encryption.key')).mode & 0o777).toBe(0o600)
    const text = readFileSync(path, 'utf8')
    expect(text).toContain(`BASE_URL=${url}/v1\n`)
    const [admin, proxy] = text.match(KEY) ?? []
    const asking = (key: string | undefined, where: string) =>
      fetch(`${url}${where}`, { headers: { authorization: `Bearer ${key}` } })
    expect((await asking(proxy, '/v1/models/demo%2Fecho')).status).toBe(200)
    expect((await asking(proxy, '/metrics')).status).toBe(403)
    expect((await asking(admin, '/metrics')).status).toBe(200)
    await waitFor('the banner', () => logs().includes(path))
    expect(logs()).toContain('2 imported')
    expect(logs()).not.toMatch(KEY)
    expect(logs()).not.toContain('sk-imported')
  })
  const before = readFileSync(path, 'utf8').match(KEY)
  await servedOnce({ OPENAI_API_KEYS: 'sk-imported-one,sk-imported-two' }, async (_, logs) => {
    await waitFor('the banner', () => logs().includes('0 imported'))
    expect(logs()).not.toMatch(KEY)
    expect(logs()).not.toContain(path)
  })
  expect(readFileSync(path, 'utf8').match(KEY)).toEqual(before)
})

test('on a terminal the secrets are shown once, with a curl line that works, and in no file', async () => {
  const first = await onTerminal(['serve'], '"listening"')
  expect(first).toMatch(/Base URL: +http:\/\/127\.0\.0\.1:\d+\/v1/)
  expect(first.match(KEY)).toHaveLength(3)
  expect(first).toMatch(/curl -N "http:\/\/127\.0\.0\.1:\d+\/v1\/chat\/completions"/)
  expect(existsSync(join(dataDir, 'first-start.env'))).toBe(false)
  const second = await onTerminal(['serve'], '"listening"')
  expect(second).not.toMatch(KEY)
})

test('init does the same without serving', async () => {
  const shown = await onTerminal(['init'], 'proxy_key')
  expect(shown.match(KEY)).toHaveLength(2)
  expect(existsSync(join(dataDir, 'first-start.env'))).toBe(false)
  expect(await onTerminal(['init'], 'first_start')).not.toMatch(KEY)
})

test('the curl line of the first start, pasted, streams an answer', async () => {
  await servedOnce({}, async (_, logs) => {
    const banner = await waitFor('the banner', () => /^\. .*$/m.exec(logs())?.[0])
    const run = Bun.spawn(['sh', '-c', banner], { stdout: 'pipe', stderr: 'ignore' })
    const answer = await new Response(run.stdout).text()
    expect(answer).toContain('"content":"You')
    expect(answer).toEndWith('data: [DONE]\n\n')
  })
})
