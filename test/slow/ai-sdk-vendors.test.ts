/** The AI SDK with each vendor's package: answers, streams, tool loops, usage and errors, in either format upstream. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Gateway, startGateway } from '../support/gateway.ts'
import {
  startToolVendor,
  TOOL_VENDOR_USAGE,
  type ToolVendor,
} from '../support/vendors/tool-vendor.ts'

const PACKAGES = [
  ...['ai@6.0.326', 'zod@4.6.7', '@ai-sdk/openai@3.0.141', '@ai-sdk/anthropic@3.0.140'],
  ...['@ai-sdk/google@3.0.141', '@ai-sdk/deepseek@2.0.69', '@ai-sdk/groq@3.0.71'],
  ...['@ai-sdk/mistral@3.0.69', '@ai-sdk/xai@3.0.138'],
]
/** Most of it is spent on downloads. */
const INSTALL_MS = 5 * 60_000
const RUN_MS = 60_000

let folder: string
let vendor: ToolVendor
let gateway: Gateway

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gpt-proxy-ai-sdk-'))
  writeFileSync(join(folder, 'package.json'), '{"private":true,"type":"module"}')
  cpSync(join(import.meta.dir, 'ai-sdk-program.mjs'), join(folder, 'program.mjs'))
  await output(['npm', 'install', '--no-audit', '--no-fund', '--ignore-scripts', ...PACKAGES])
  vendor = startToolVendor()
  const upstream = { baseUrl: vendor.url }
  gateway = await startGateway({
    upstreams: [
      { ...upstream, name: 'chat', provider: 'compatible', models: ['gpt-mock'] },
      { ...upstream, name: 'messages', provider: 'anthropic', models: ['claude-mock'] },
    ],
  })
}, INSTALL_MS)
afterAll(async () => {
  await gateway?.stop()
  await vendor?.stop()
  rmSync(folder, { recursive: true, force: true })
})

async function output(command: string[], env: Record<string, string> = {}): Promise<string> {
  const child = Bun.spawn(command, {
    cwd: folder,
    env: { PATH: process.env.PATH ?? '', HOME: folder, ...env },
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const [said, complained] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ])
  if ((await child.exited) !== 0) throw new Error(`${command.join(' ')}: ${complained}`)
  return said
}

const USED = [TOOL_VENDOR_USAGE.input, TOOL_VENDOR_USAGE.output]
/** Their packages wait for usage in a stream without asking for it, as their own vendors send it. */
const ASKS_FOR_NONE = ['groq', 'mistral']

test.each([
  ...['openai, chat', 'openai, responses', 'anthropic', 'google'],
  ...['deepseek', 'groq', 'mistral', 'xai'],
])(
  '@ai-sdk/%s',
  async (name) => {
    const env = { ORIGIN: gateway.origin, KEY: gateway.proxyKey }
    const command = [process.execPath, 'program.mjs', name, 'gpt-mock', 'claude-mock']
    const { seen, errors } = JSON.parse(await output(command, env))
    // xAI sends each call in one piece, and its package reads no other: Claude's arguments come in several.
    const streamed = (at: number) =>
      name === 'xai' && at === 1 ? expect.any(String) : expect.stringContaining('A cat.')
    expect(seen).toEqual(
      [0, 1].map((at) => ({
        text: 'You said: Hello',
        streamed: 'You said: Hello',
        looked: expect.stringContaining('A cat.'),
        lookedStreamed: streamed(at),
        usage: USED,
        usageStreamed: ASKS_FOR_NONE.includes(name) ? [null, null] : USED,
      })),
    )
    expect(errors).toEqual([404, 401])
  },
  RUN_MS,
)
