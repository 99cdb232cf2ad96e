/** The first start creates what is needed and shows its keys once; keys that were not shown are not lost. */
import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { environmentFor, runCli, spawnGateway } from '../support/processes/gateway-process.ts'
import { onTerminal } from '../support/processes/terminal.ts'
import { waitFor } from '../support/waiting.ts'

const KEY = /sk-proxy-[0-9A-Za-z]{38}/g

let dataDir: string
let file: string

beforeEach(() => {
  // With what a shell would take for several words, or for a command.
  dataDir = join(mkdtempSync(join(tmpdir(), 'gpt-proxy-start-')), "my data; it's $HOME")
  file = join(dataDir, 'first-start.env')
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

/** From another folder, with nothing set. */
async function pasted(line: string): Promise<string> {
  const run = Bun.spawn(['sh', '-c', line], { cwd: '/', stdout: 'pipe', stderr: 'ignore' })
  return await new Response(run.stdout).text()
}

async function expectStream(line: string): Promise<void> {
  const answer = await pasted(line)
  expect(answer).toContain('"content":"You')
  expect(answer).toEndWith('data: [DONE]\n\n')
}

const lineOf = (text: string, pattern: RegExp) => pattern.exec(text)?.[0]?.trimEnd() ?? ''

describe('without a terminal', () => {
  test('the keys are in a file of their owner alone, and in no output', async () => {
    const imports = { OPENAI_API_KEYS: 'sk-imported-one,sk-imported-two' }
    await servedOnce(imports, async (url, logs) => {
      expect(statSync(file).mode & 0o777).toBe(0o600)
      expect(statSync(join(dataDir, 'encryption.key')).mode & 0o777).toBe(0o600)
      const text = readFileSync(file, 'utf8')
      expect(text).toContain(`BASE_URL=${url}/v1\n`)
      const [admin, proxy] = text.match(KEY) ?? []
      const asking = (key: string | undefined, where: string) =>
        fetch(`${url}${where}`, { headers: { authorization: `Bearer ${key}` } })
      expect((await asking(proxy, '/v1/models/demo%2Fecho')).status).toBe(200)
      expect((await asking(proxy, '/metrics')).status).toBe(403)
      expect((await asking(admin, '/metrics')).status).toBe(200)
      await waitFor('the banner', () => logs().includes(file))
      expect(logs()).toContain('2 imported')
      expect(logs()).not.toMatch(KEY)
      expect(logs()).not.toContain('sk-imported')
    })
    const before = readFileSync(file, 'utf8').match(KEY)
    await servedOnce(imports, async (_, logs) => {
      await waitFor('the banner', () => logs().includes('0 imported'))
      expect(logs()).not.toMatch(KEY)
    })
    expect(readFileSync(file, 'utf8').match(KEY)).toEqual(before)
  })

  test('each start names the file until it is deleted', async () => {
    await servedOnce({}, async () => {})
    await servedOnce({}, (_, logs) => waitFor('the banner', () => logs().includes(file)))
    rmSync(file)
    await servedOnce({}, async (_, logs) => {
      await waitFor('the banner', () => logs().includes('0 imported'))
      expect(logs()).not.toContain(file)
    })
    expect(existsSync(file)).toBe(false)
  })

  test('the curl line, pasted, streams an answer', async () => {
    await servedOnce({}, async (_, logs) => {
      const line = await waitFor('the line', () => lineOf(logs(), /^\. .*$/m))
      await expectStream(line)
    })
  })

  test('a start that cannot listen leaves the keys to the next one', async () => {
    using other = Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { data() {} } })
    const failed = await runCli(['serve'], environmentFor(dataDir, { PORT: String(other.port) }))
    expect(failed.exitCode).toBe(3)
    expect(failed.stdout + failed.stderr).not.toMatch(KEY)
    await servedOnce({}, async (_, logs) => {
      const line = await waitFor('the line', () => lineOf(logs(), /^\. .*$/m))
      await expectStream(line)
    })
  })
})

describe('on a terminal', () => {
  test('the keys are shown once, with a curl line that works, and are in no file then', async () => {
    const first = onTerminal(['serve'], environmentFor(dataDir))
    const text = await first.shows('listening url=')
    expect(text).toMatch(/Base URL: +http:\/\/127\.0\.0\.1:\d+\/v1/)
    expect(text.match(KEY)).toHaveLength(3)
    await expectStream(lineOf(text, /^curl .*$/m))
    expect(existsSync(file)).toBe(false)
    await first.stop()
    const second = onTerminal(['serve'], environmentFor(dataDir))
    expect(await second.shows('listening url=')).not.toMatch(KEY)
    await second.stop()
  })

  test('a start that cannot listen leaves the keys to the next one', async () => {
    using other = Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { data() {} } })
    const env = environmentFor(dataDir, { PORT: String(other.port) })
    const failed = onTerminal(['serve'], env)
    expect(await failed.exited).toBe(3)
    expect(failed.written()).not.toMatch(KEY)
    const good = onTerminal(['serve'], environmentFor(dataDir))
    await expectStream(lineOf(await good.shows('listening url='), /^curl .*$/m))
    expect(existsSync(file)).toBe(false)
    await good.stop()
  })

  test('init shows them without serving', async () => {
    const first = onTerminal(['init'], environmentFor(dataDir))
    expect(await first.exited).toBe(0)
    expect((await first.shows('proxy_key')).match(KEY)).toHaveLength(2)
    expect(existsSync(file)).toBe(false)
    const second = onTerminal(['init'], environmentFor(dataDir))
    expect(await second.exited).toBe(0)
    expect(await second.shows('first_start')).not.toMatch(KEY)
  })
})

test('init without a terminal names the file', async () => {
  const { exitCode, stdout } = await runCli(['init', '--json'], environmentFor(dataDir))
  expect(exitCode).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({ first_start: true, secrets_file: file })
})

test.each([
  ['0.0.0.0', {}, /^GPT Proxy listens at http:\/\/127\.0\.0\.1:\d+\/v1$/m],
  [
    '0.0.0.0',
    { PUBLIC_URL: "https://gateway.example/it's" },
    /^GPT Proxy listens at https:\/\/gateway\.example\/it's\/v1$/m,
  ],
])(
  'listening on %s with %j, an address that can be connected to is shown',
  async (HOST, more, line) => {
    await servedOnce({ HOST, ...more }, async (_, logs) => {
      await waitFor('the banner', () => line.test(logs()))
      const shown = /listens at (.*)$/m.exec(logs())?.[1] ?? ''
      expect(await pasted(`. "${file.replaceAll('$', '\\$')}" && echo "$BASE_URL"`)).toBe(
        `${shown}\n`,
      )
    })
  },
)
