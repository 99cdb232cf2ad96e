/** The Python program that both READMEs show, with the official client in an environment of its own. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Gateway, startGateway } from '../support/gateway.ts'

const ROOT = join(import.meta.dir, '../..')
const CLIENT = 'openai==3.57.0'
/** Most of it is spent on the download. */
const INSTALL_LIMIT_MS = 180_000

const folder = mkdtempSync(join(tmpdir(), 'gpt-proxy-python-'))
const python = join(folder, 'bin/python')
let gateway: Gateway

beforeAll(async () => {
  gateway = await startGateway()
  await succeeded('python3', '-m', 'venv', folder)
  await succeeded(python, '-m', 'pip', 'install', '--quiet', CLIENT)
}, INSTALL_LIMIT_MS)
afterAll(async () => {
  rmSync(folder, { recursive: true })
  await gateway.stop()
})

async function succeeded(...command: string[]): Promise<string> {
  const child = Bun.spawn(command, {
    env: {
      PATH: process.env.PATH ?? '',
      HOME: process.env.HOME ?? folder,
      BASE_URL: gateway.baseUrl,
      PROXY_KEY: gateway.proxyKey,
    },
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const [stdout, stderr] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ])
  if ((await child.exited) !== 0) throw new Error(`${command.join(' ')}: ${stderr}`)
  return stdout
}

test.each(['README.md', 'README.zh-CN.md'])('the program of %s gets an answer', async (name) => {
  const text = readFileSync(join(ROOT, name), 'utf8')
  const [program, ...more] = [...text.matchAll(/```python\n(.*?)```/gs)].map(([, each]) => each)
  expect(more).toEqual([])
  expect(await succeeded(python, '-c', program ?? '')).toContain('You said: Hello')
})
