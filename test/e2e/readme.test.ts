/** The commands in README.md run as pasted. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Gateway, startGateway } from '../support/gateway.ts'

const ROOT = join(import.meta.dir, '../..')
const README = readFileSync(join(ROOT, 'README.md'), 'utf8')
const blocks = (language: string) =>
  [...README.matchAll(new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, 'gs'))].map(
    ([, text]) => text ?? '',
  )
const PROGRAMS = blocks('ts').map((text) => [/^\/\/ (.*)/.exec(text)?.[1] ?? '', text] as const)
const CURL = blocks('sh').filter((text) => text.startsWith('curl '))

let gateway: Gateway
let folder: string
beforeAll(async () => {
  gateway = await startGateway()
  // Inside the project, so that the packages are found; the folder of builds is not part of it.
  // Below the folder with the clients.
  folder = mkdtempSync(join(ROOT, 'test', 'readme-'))
  mkdirSync(join(folder, 'node_modules'))
  symlinkSync(join(ROOT, 'test/node_modules/openai-7'), join(folder, 'node_modules/openai'))
})
afterAll(async () => {
  rmSync(folder, { recursive: true })
  await gateway.stop()
})

async function run(...command: string[]) {
  const child = Bun.spawn(command, {
    env: {
      PATH: process.env.PATH ?? '',
      BASE_URL: gateway.baseUrl,
      PROXY_KEY: gateway.proxyKey,
    },
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const [stdout, stderr, exitCode] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ])
  return { stdout, stderr, exitCode }
}

test('README.md shows three clients and curl', () => {
  expect(PROGRAMS.map(([name]) => name)).toEqual(['openai, for Node.js', 'AI SDK', 'LangChain'])
  expect(CURL).toHaveLength(1)
})

test.each(PROGRAMS)('its program for %s gets an answer', async (name, text) => {
  const file = join(folder, `${name.replaceAll(/\W+/g, '-')}.ts`)
  writeFileSync(file, text)
  const { stdout, stderr, exitCode } = await run(process.execPath, file)
  expect(stderr).toBe('')
  expect(exitCode).toBe(0)
  expect(stdout).toContain('You said: Hello')
})

test('its curl line gets a stream', async () => {
  const { stdout, exitCode } = await run('bash', '-c', CURL[0] ?? '')
  expect(exitCode).toBe(0)
  expect(stdout.trim().split('\n\n').length).toBeGreaterThan(5)
  expect(stdout).toEndWith('data: [DONE]\n\n')
})
