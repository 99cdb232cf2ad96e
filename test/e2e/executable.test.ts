/** The executable of `npm run build` behaves like the sources, with nothing else installed. */

import { Database } from 'bun:sqlite'
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { compile } from '../../scripts/compile.ts'
import { makeCertificates } from '../support/mock/certificates.ts'
import {
  chatChunks,
  jsonReply,
  sseReply,
  startMockUpstream,
} from '../support/mock/mock-upstream.ts'
import { waitFor, within } from '../support/waiting.ts'

/** No PATH, no HOME: whatever it wanted to find on the machine would be missing. */
const NOTHING = { PORT: '0', PATH: '' }

const UPSTREAM_SECRET = 'sk-executable-Xw7'
const MODEL = 'gpt-4o-mini'

const certificates = makeCertificates()
const upstream = await startMockUpstream({
  tls: certificates.valid,
  script: ({ method }) =>
    method === 'GET'
      ? jsonReply(200, { object: 'list', data: [] })
      : sseReply(chatChunks('Hello over TLS')),
})
let built: string
let folder: string
beforeAll(async () => {
  built = mkdtempSync(join(tmpdir(), 'gpt-proxy-built-'))
  folder = mkdtempSync(join(tmpdir(), 'gpt-proxy-empty-'))
  await compile(join(built, 'gpt-proxy'))
})
afterAll(async () => {
  for (const each of [built, folder]) rmSync(each, { recursive: true, force: true })
  certificates.remove()
  await upstream.close()
})

interface Surroundings {
  env?: Record<string, string>
  stdin?: string
}

function spawn(args: readonly string[], { env, stdin }: Surroundings = {}) {
  return Bun.spawn([join(built, 'gpt-proxy'), ...args], {
    cwd: folder,
    env: { ...NOTHING, ...env },
    stdin: stdin === undefined ? 'ignore' : Buffer.from(stdin),
    stdout: 'pipe',
    stderr: 'pipe',
  })
}

/** What a command wrote; it must succeed. */
async function output(args: readonly string[], surroundings?: Surroundings): Promise<string> {
  const child = spawn(args, surroundings)
  const [stdout, stderr, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ])
  expect([args, stderr, code]).toEqual([args, expect.any(String), 0])
  return stdout
}

async function start(env: Record<string, string> = {}) {
  const child = spawn(['serve'], { env })
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
  const text = await streamed(first.url)
  expect(text).toContain('Hello from an executable')
  // No usage comes with it, so its tokens are counted in a thread.
  await asked(first.url, 'demo/cut').then((response) => response.text())
  const stopped = await first.stop()
  expect(stopped.code).toBe(0)
  expect(stopped.written).toMatch(/"model":"demo\/cut".*"tokens":[1-9]/)
  expect(stopped.written).not.toContain('tokens could not be counted')
  for (const key of [PROXY_KEY, ADMIN_KEY]) expect(stopped.written).not.toContain(key as string)

  const second = await start()
  expect(await streamed(second.url)).toContain('Hello from an executable')
  const metrics = await fetch(`${second.url}/metrics`, {
    headers: { authorization: `Bearer ${ADMIN_KEY}` },
  })
  expect([metrics.status, (await metrics.text()).length > 0]).toEqual([200, true])
  expect((await second.stop()).code).toBe(0)
})

test('its command line works on the same folder', async () => {
  expect(existsSync(join(folder, 'data/gpt-proxy.sqlite'))).toBe(true)
  expect(await output(['usage', '--by', 'model', '--json'])).toContain('demo/echo')
})

test('an upstream with a private certificate authority is added, tested and used, and its tokens are counted', async () => {
  const trusting = { NODE_EXTRA_CA_CERTS: certificates.authorityFile }
  const place = ['--provider', 'compatible', '--base-url', upstream.url, '--model', MODEL]
  await output(['upstream', 'add', 'own', ...place], { stdin: UPSTREAM_SECRET })
  const tried = JSON.parse(await output(['upstream', 'test', '--json'], { env: trusting }))
  expect(tried).toMatchObject([{ name: 'own', ok: true, status: 200 }])
  const strange = spawn(['upstream', 'test'])
  expect(await strange.exited).toBe(1)

  const server = await start(trusting)
  const response = await asked(server.url, MODEL)
  expect(response.status).toBe(200)
  expect(await response.text()).toContain('TLS')
  expect(upstream.ledger.at(-1)?.headers.authorization).toBe(`Bearer ${UPSTREAM_SECRET}`)
  expect(await usageOf(response)).toEqual({ estimated: 1, completion_tokens: 3 })

  const env = { ...trusting, PORT: new URL(server.url).port }
  const { checks } = JSON.parse(await output(['doctor', '--json'], { env }))
  expect(checks.length).toBeGreaterThan(8)
  expect((await server.stop()).code).toBe(0)
})

/** As the store has it; this upstream sends no usage, so it is the tokenizer's. */
async function usageOf(response: Response): Promise<unknown> {
  const id = response.headers.get('x-request-id') ?? ''
  return await waitFor('the usage record', () => {
    using store = new Database(join(folder, 'data/gpt-proxy.sqlite'), { readonly: true })
    return store
      .query('SELECT estimated, completion_tokens FROM usage_records WHERE request_id = ?')
      .get(id)
  })
}

function asked(url: string, model: string): Promise<Response> {
  return fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${firstKeys().PROXY_KEY}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({
      model,
      messages: [{ role: 'user', content: 'Hello from an executable' }],
      stream: true,
    }),
  })
}

/** The text of the stream's pieces, which must be several and end with `[DONE]`. */
async function streamed(url: string): Promise<string> {
  const response = await asked(url, 'demo/echo')
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
