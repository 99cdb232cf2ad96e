/** The one executable of `npm run build` does what the sources do, with nothing else installed. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { compile } from '../../scripts/compile.ts'
import { waitFor, within } from '../support/waiting.ts'

/** No PATH, no HOME: whatever it wanted to find on the machine would be missing. */
const NOTHING = { PORT: '0', PATH: '' }

let built: string
let folder: string
beforeAll(async () => {
  built = mkdtempSync(join(tmpdir(), 'gpt-proxy-built-'))
  folder = mkdtempSync(join(tmpdir(), 'gpt-proxy-empty-'))
  await compile(join(built, 'gpt-proxy'))
})
afterAll(() => {
  for (const each of [built, folder]) rmSync(each, { recursive: true, force: true })
})

function spawn(...args: string[]) {
  return Bun.spawn([join(built, 'gpt-proxy'), ...args], {
    cwd: folder,
    env: NOTHING,
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
  })
}

async function start() {
  const child = spawn('serve')
  let written = ''
  const read = async (stream: ReadableStream<Uint8Array>) => {
    const decoder = new TextDecoder()
    for await (const part of stream) written += decoder.decode(part, { stream: true })
  }
  const ended = Promise.all([read(child.stdout), read(child.stderr), child.exited])
  const url = await waitFor(
    'the line that it listens',
    () => {
      if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}: ${written}`)
      const line = /^\{.*"listening".*\}$/m.exec(written)?.[0]
      return line === undefined ? null : (JSON.parse(line) as { url: string }).url
    },
    15_000,
  )
  return {
    url,
    async stop() {
      child.kill('SIGTERM')
      const [, , code] = await within('stopping', 10_000, ended)
      return { code, written }
    },
  }
}

const firstKeys = () =>
  Object.fromEntries(
    readFileSync(join(folder, 'data/first-start.env'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => line.split('=') as [string, string]),
  )

test('the first start, in an empty folder, serves a stream; the second one knows its keys', async () => {
  expect(readdirSync(folder)).toEqual([])
  const first = await start()
  const health = await fetch(`${first.url}/health`)
  expect(await health.json()).toMatchObject({
    status: 'healthy',
    services: { database: 'healthy' },
  })
  expect(statSync(join(folder, 'data/encryption.key')).mode & 0o777).toBe(0o600)
  const { PROXY_KEY, ADMIN_KEY, BASE_URL } = firstKeys()
  expect(BASE_URL).toBe(`${first.url}/v1`)
  const text = await streamed(first.url, PROXY_KEY ?? '')
  expect(text).toContain('Hello from an executable')
  // No usage comes with it, so its tokens are counted in a thread.
  await ask(first.url, PROXY_KEY ?? '', 'demo/cut').then((response) => response.text())
  const stopped = await first.stop()
  expect(stopped.code).toBe(0)
  expect(stopped.written).toMatch(/"model":"demo\/cut".*"tokens":[1-9]/)
  expect(stopped.written).not.toContain('tokens could not be counted')
  for (const key of [PROXY_KEY, ADMIN_KEY]) expect(stopped.written).not.toContain(key as string)

  const second = await start()
  expect(await streamed(second.url, PROXY_KEY ?? '')).toContain('Hello from an executable')
  const metrics = await fetch(`${second.url}/metrics`, {
    headers: { authorization: `Bearer ${ADMIN_KEY}` },
  })
  expect([metrics.status, (await metrics.text()).length > 0]).toEqual([200, true])
  expect((await second.stop()).code).toBe(0)
})

test('its command line works on the same folder', async () => {
  const child = spawn('usage', '--by', 'model', '--json')
  const [stdout, code] = await Promise.all([new Response(child.stdout).text(), child.exited])
  expect(code).toBe(0)
  expect(existsSync(join(folder, 'data/gpt-proxy.sqlite'))).toBe(true)
  expect(stdout).toContain('demo/echo')
})

function ask(url: string, key: string, model: string): Promise<Response> {
  return fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      model,
      messages: [{ role: 'user', content: 'Hello from an executable' }],
      stream: true,
    }),
  })
}

/** The text of the stream's pieces, which must be several and end with `[DONE]`. */
async function streamed(url: string, key: string): Promise<string> {
  const response = await ask(url, key, 'demo/echo')
  expect([response.status, response.headers.get('x-gpt-proxy-demo')]).toEqual([200, 'true'])
  const events = (await response.text()).trim().split('\n\n')
  expect(events.pop()).toBe('data: [DONE]')
  const pieces = events.map((event) => {
    const chunk = JSON.parse(event.slice('data: '.length)) as {
      choices: { delta: { content?: string } }[]
    }
    return chunk.choices[0]?.delta.content ?? ''
  })
  expect(pieces.filter((piece) => piece !== '').length).toBeGreaterThan(3)
  return pieces.join('')
}
