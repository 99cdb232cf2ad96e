/** The agents that people use, as npm has them, finish a tool loop through upstreams of formats that are not their own. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type DialectRig, startDialectRig } from '../conformance/dialects/rig.ts'
import { messageEvents } from '../support/message-events.ts'
import { messageStream } from '../support/mock/messages-replies.ts'
import { type Exchange, type Step, sseReply } from '../support/mock/mock-upstream.ts'

const AGENTS = ['@anthropic-ai/claude-code@2.1.197', '@openai/codex@0.171.0']
/** Most of it is spent on downloads. */
const INSTALL_MS = 5 * 60_000
const RUN_MS = 90_000
const PIXEL =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
const SAID = 'The word is PAPAYA.'

let folder: string
let rig: DialectRig

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gpt-proxy-agents-'))
  writeFileSync(join(folder, 'package.json'), '{"private":true}')
  writeFileSync(join(folder, 'note.txt'), 'the secret word is PAPAYA\n')
  writeFileSync(join(folder, 'dot.png'), Buffer.from(PIXEL, 'base64'))
  const { exitCode, said } = await run(['npm', 'install', '--no-audit', '--no-fund', ...AGENTS], {})
  if (exitCode !== 0) throw new Error(`npm could not install the agents: ${said}`)
  rig = await startDialectRig('compatible')
}, INSTALL_MS)
afterAll(async () => {
  await rig?.close()
  rmSync(folder, { recursive: true, force: true })
})

async function run(command: string[], env: Record<string, string>) {
  const child = Bun.spawn(command, {
    cwd: folder,
    env: { PATH: process.env.PATH ?? '', HOME: folder, ...env },
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const timer = setTimeout(() => child.kill(), RUN_MS)
  const [out, complained] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ])
  clearTimeout(timer)
  return { exitCode: await child.exited, said: out + complained }
}

interface Tool {
  name: string
  inputs: Readonly<Record<string, string>>[]
}

const usage = { prompt_tokens: 3_000, completion_tokens: 4 }
const chunk = (delta: object, finish_reason: string | null = null) =>
  JSON.stringify({ id: 'c', model: 'gpt-mock', choices: [{ index: 0, delta, finish_reason }] })

/** Calls the tool once for each input, then answers. */
function chatScript({ name, inputs }: Tool): (exchange: Exchange) => Step[] {
  return ({ body }) => {
    const { messages } = JSON.parse(body) as { messages: { role: string }[] }
    const last = JSON.stringify({ id: 'c', choices: [], usage })
    if (messages.some(({ role }) => role === 'tool'))
      return sseReply([chunk({ content: SAID }), chunk({}, 'stop'), last])
    const calls = inputs.map((input, index) =>
      chunk({
        tool_calls: [
          {
            index,
            id: `call_${index}`,
            type: 'function',
            function: { name, arguments: JSON.stringify(input) },
          },
        ],
      }),
    )
    return sseReply([...calls, chunk({}, 'tool_calls'), last])
  }
}

function messagesScript({ name, inputs }: Tool): (exchange: Exchange) => Step[] {
  return ({ body }) => {
    if (body.includes('"tool_result"'))
      return messageStream(messageEvents([{ type: 'text', text: SAID }]))
    const thought = { type: 'thinking', thinking: 'hm', signature: 'c2lnbmVk' }
    const calls = inputs.map((input, index) => ({
      type: 'tool_use',
      id: `toolu_${index}`,
      name,
      input,
    }))
    return messageStream(messageEvents([thought, ...calls], 'tool_use'))
  }
}

describe('Claude Code', () => {
  test(
    'reads a text and an image through a chat upstream',
    async () => {
      const inputs = ['note.txt', 'dot.png'].map((file) => ({ file_path: join(folder, file) }))
      rig.chat.script(chatScript({ name: 'Read', inputs }))
      const { exitCode, said } = await run(
        [
          join(folder, 'node_modules/.bin/claude'),
          ...['-p', 'Read note.txt and dot.png.', '--model', 'gpt-mock', '--output-format', 'json'],
          '--dangerously-skip-permissions',
        ],
        {
          ANTHROPIC_BASE_URL: rig.gateway.origin,
          ANTHROPIC_AUTH_TOKEN: rig.gateway.proxyKey,
          CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
          DISABLE_AUTOUPDATER: '1',
          IS_SANDBOX: '1',
        },
      )
      const { result, num_turns: turns, usage: counted } = JSON.parse(said)
      expect([exitCode, result, turns]).toEqual([0, SAID, 3])
      expect(counted).toMatchObject({ input_tokens: 6_000, output_tokens: 8 })
      const last = rig.chat.ledger.at(-1)?.body ?? ''
      expect(last).toContain('the secret word is PAPAYA')
      expect(last).toContain('"image_url"')
    },
    RUN_MS,
  )
})

describe('Codex', () => {
  const ask = async (model: string) => {
    mkdirSync(join(folder, '.codex'), { recursive: true })
    const provider = `name = "gateway"\nbase_url = "${rig.gateway.baseUrl}"\nenv_key = "GATEWAY_KEY"\nwire_api = "responses"`
    writeFileSync(
      join(folder, '.codex/config.toml'),
      `model = "${model}"\nmodel_provider = "gateway"\n[model_providers.gateway]\n${provider}\n`,
    )
    const flags = ['--skip-git-repo-check', '--dangerously-bypass-approvals-and-sandbox']
    return run([join(folder, 'node_modules/.bin/codex'), 'exec', ...flags, 'Read note.txt.'], {
      GATEWAY_KEY: rig.gateway.proxyKey,
    })
  }
  const tool = { name: 'exec_command', inputs: [{ cmd: 'cat note.txt' }] }

  test(
    'runs a command through a chat upstream',
    async () => {
      rig.chat.script(chatScript(tool))
      const { exitCode, said } = await ask('gpt-mock')
      expect([exitCode, said.includes(SAID)]).toEqual([0, true])
      expect(rig.chat.ledger.at(-1)?.body).toContain('the secret word is PAPAYA')
    },
    RUN_MS,
  )

  test(
    'runs a command through a Messages upstream, whose signed thought returns',
    async () => {
      rig.messages.script(messagesScript(tool))
      const { exitCode, said } = await ask('claude-x')
      expect([exitCode, said.includes(SAID)]).toEqual([0, true])
      const last = rig.messages.ledger.at(-1)?.body ?? ''
      expect(last).toContain('the secret word is PAPAYA')
      expect(last).toContain('"signature":"c2lnbmVk"')
    },
    RUN_MS,
  )
})
