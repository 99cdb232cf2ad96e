/**
 * Codex and Claude Code complete a tool loop through each wire format. Their programs are large, so they are not
 * installed with the tests: AGENTS_DIR names a folder whose node_modules/.bin has `codex` and `claude`.
 */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EventStreamCodec } from '@smithy/core/event-streams'
import { type Gateway, startGateway } from '../support/gateway.ts'

const FOLDER = process.env.AGENTS_DIR
const BIN = join(FOLDER ?? '', 'node_modules/.bin')
const WIRES = ['chat', 'messages', 'gemini', 'converse'] as const
type Wire = (typeof WIRES)[number]

/** What the model does in its next turn: one call, or its last words. */
interface Turn {
  call?: { name: string; args: object }
  text: string
}

const codec = new EventStreamCodec(
  (bytes) => new TextDecoder().decode(bytes as Uint8Array),
  (text) => new TextEncoder().encode(text),
)

function frame(name: string, payload: unknown): Uint8Array {
  const value = (text: string) => ({ type: 'string', value: text }) as const
  return codec.encode({
    headers: { ':message-type': value('event'), ':event-type': value(name) },
    body: new TextEncoder().encode(JSON.stringify(payload)),
  })
}

const sse = (events: unknown[]) =>
  new Response(
    events
      .map((event) => `data: ${typeof event === 'string' ? event : JSON.stringify(event)}\n\n`)
      .join(''),
    { headers: { 'content-type': 'text/event-stream' } },
  )

/** Each wire's own words for a turn, streamed. */
const WRITERS: Readonly<Record<Wire, (turn: Turn) => Response>> = {
  chat: ({ call, text }) =>
    sse([
      { choices: [{ index: 0, delta: { role: 'assistant', content: text }, finish_reason: null }] },
      ...(call === undefined
        ? []
        : [
            {
              choices: [
                {
                  index: 0,
                  delta: {
                    tool_calls: [
                      {
                        index: 0,
                        id: 'call_1',
                        type: 'function',
                        function: { name: call.name, arguments: JSON.stringify(call.args) },
                      },
                    ],
                  },
                  finish_reason: null,
                },
              ],
            },
          ]),
      {
        choices: [
          { index: 0, delta: {}, finish_reason: call === undefined ? 'stop' : 'tool_calls' },
        ],
      },
      { choices: [], usage: { prompt_tokens: 50, completion_tokens: 5, total_tokens: 55 } },
      '[DONE]',
    ]),
  messages: ({ call, text }) =>
    sse([
      {
        type: 'message_start',
        message: {
          id: 'msg_1',
          type: 'message',
          role: 'assistant',
          model: 'm',
          content: [],
          stop_reason: null,
          usage: { input_tokens: 50, output_tokens: 1 },
        },
      },
      { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
      { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } },
      { type: 'content_block_stop', index: 0 },
      ...(call === undefined
        ? []
        : [
            {
              type: 'content_block_start',
              index: 1,
              content_block: { type: 'tool_use', id: 'toolu_1', name: call.name, input: {} },
            },
            {
              type: 'content_block_delta',
              index: 1,
              delta: { type: 'input_json_delta', partial_json: JSON.stringify(call.args) },
            },
            { type: 'content_block_stop', index: 1 },
          ]),
      {
        type: 'message_delta',
        delta: { stop_reason: call === undefined ? 'end_turn' : 'tool_use' },
        usage: { output_tokens: 5 },
      },
      { type: 'message_stop' },
    ]),
  gemini: ({ call, text }) =>
    sse([
      {
        candidates: [
          {
            content: {
              role: 'model',
              parts: [
                { text },
                ...(call === undefined
                  ? []
                  : [
                      {
                        functionCall: { name: call.name, args: call.args },
                        thoughtSignature: 'c2ln',
                      },
                    ]),
              ],
            },
            finishReason: 'STOP',
          },
        ],
        usageMetadata: { promptTokenCount: 50, candidatesTokenCount: 5, totalTokenCount: 55 },
        responseId: 'r',
      },
    ]),
  converse: ({ call, text }) =>
    new Response(
      Buffer.concat([
        frame('messageStart', { role: 'assistant' }),
        frame('contentBlockDelta', { contentBlockIndex: 0, delta: { text } }),
        frame('contentBlockStop', { contentBlockIndex: 0 }),
        ...(call === undefined
          ? []
          : [
              frame('contentBlockStart', {
                contentBlockIndex: 1,
                start: { toolUse: { toolUseId: 'tooluse_1', name: call.name } },
              }),
              frame('contentBlockDelta', {
                contentBlockIndex: 1,
                delta: { toolUse: { input: JSON.stringify(call.args) } },
              }),
              frame('contentBlockStop', { contentBlockIndex: 1 }),
            ]),
        frame('messageStop', { stopReason: call === undefined ? 'end_turn' : 'tool_use' }),
        frame('metadata', { usage: { inputTokens: 50, outputTokens: 5, totalTokens: 55 } }),
      ]),
      { headers: { 'content-type': 'application/vnd.amazon.eventstream' } },
    ),
}

const PROVIDERS = {
  chat: 'compatible',
  messages: 'anthropic',
  gemini: 'gemini',
  converse: 'bedrock',
} as const
/** What is said of a tool's result in each wire's request. */
const HAS_RESULT = /"role":"tool"|"tool_result"|"functionResponse"|"toolResult"/

let gateway: Gateway
let work: string
const bodies: string[] = []
/** What the model calls first. */
let call: Turn['call']
const servers: Bun.Server<undefined>[] = []

function startUpstream(wire: Wire): string {
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    async fetch(request) {
      const body = await request.text()
      if (request.method === 'GET') return Response.json({ data: [], models: [] })
      bodies.push(body)
      const isAgent = call !== undefined && body.includes(call.name)
      const done = HAS_RESULT.test(body) || !isAgent
      return WRITERS[wire](
        done || call === undefined ? { text: 'All done.' } : { text: 'Working.', call },
      )
    },
  })
  servers.push(server)
  return `http://127.0.0.1:${server.port}`
}

async function run(command: string[], env: Record<string, string>) {
  const child = Bun.spawn(command, {
    cwd: work,
    env: { PATH: process.env.PATH ?? '', HOME: work, ...env },
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const timer = setTimeout(() => child.kill(), 60_000)
  const [stdout, stderr, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ])
  clearTimeout(timer)
  return { stdout, stderr, code }
}

if (FOLDER === undefined) console.log('agents: not run, AGENTS_DIR is not set')
else describeAgents()

function describeAgents(): void {
  beforeAll(async () => {
    work = mkdtempSync(join(tmpdir(), 'gpt-proxy-agents-'))
    gateway = await startGateway({
      upstreams: WIRES.map((wire) => ({
        name: wire,
        provider: PROVIDERS[wire],
        baseUrl: startUpstream(wire),
        models: [`via-${wire}`],
      })),
    })
    writeFileSync(
      join(work, 'config.toml'),
      `[model_providers.gw]\nname = "gw"\nbase_url = "${gateway.baseUrl}"\nenv_key = "GW_KEY"\nwire_api = "responses"\n`,
    )
  })
  afterAll(async () => {
    await gateway.stop()
    for (const server of servers) server.stop(true)
    rmSync(work, { recursive: true, force: true })
  })

  describe.each(WIRES)('through %s', (wire) => {
    const file = `${wire}.txt`
    const made = () =>
      existsSync(join(work, file)) ? readFileSync(join(work, file), 'utf8').trim() : null

    test('Codex runs a command and says its last words', async () => {
      bodies.length = 0
      call = { name: 'exec_command', args: { cmd: `echo codex > ${file}` } }
      const { stdout, stderr, code } = await run(
        [
          join(BIN, 'codex'),
          'exec',
          '--skip-git-repo-check',
          '--sandbox',
          'danger-full-access',
          '-m',
          `via-${wire}`,
          '-c',
          'model_provider="gw"',
          'Do it',
        ],
        { CODEX_HOME: work, GW_KEY: gateway.proxyKey },
      )
      expect({ code, made: made(), stderr: code === 0 ? '' : stderr }).toEqual({
        code: 0,
        made: 'codex',
        stderr: '',
      })
      expect(stdout).toContain('All done.')
      expect(bodies).toHaveLength(2)
    }, 90_000)

    test('Claude Code runs a command and says its last words', async () => {
      bodies.length = 0
      call = { name: 'Bash', args: { command: `echo claude > ${file}`, description: 'writes' } }
      const { stdout, stderr, code } = await run(
        [
          join(BIN, 'claude'),
          '-p',
          'Do it',
          '--model',
          `via-${wire}`,
          '--dangerously-skip-permissions',
        ],
        {
          ANTHROPIC_BASE_URL: gateway.origin,
          ANTHROPIC_AUTH_TOKEN: gateway.proxyKey,
          ANTHROPIC_SMALL_FAST_MODEL: `via-${wire}`,
          CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
          IS_SANDBOX: '1',
        },
      )
      expect({ code, made: made(), stderr: code === 0 ? '' : stderr }).toEqual({
        code: 0,
        made: 'claude',
        stderr: '',
      })
      expect(stdout).toContain('All done.')
    }, 90_000)
  })
}
