/**
 * Codex and Claude Code complete a tool loop through each wire format. Their programs are large, so they are not
 * installed with the tests: AGENTS_DIR names a folder whose node_modules/.bin has `codex` and `claude`.
 */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Gateway, startGateway } from '../support/gateway.ts'
import { type Turn, WIRES, type Wire, WRITERS } from './agent-turns.ts'

const FOLDER = process.env.AGENTS_DIR
const BIN = join(FOLDER ?? '', 'node_modules/.bin')
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

    test('Codex runs a command and finishes its answer', async () => {
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

    test('Claude Code runs a command and finishes its answer', async () => {
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
