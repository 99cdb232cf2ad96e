/**
 * Codex, Claude Code and Gemini CLI complete a tool loop through each wire format. Their programs are large, so they are
 * not installed with the tests: AGENTS_DIR names a folder whose node_modules/.bin has `codex`, `claude` and `gemini`.
 */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Gateway, startGateway } from '../support/gateway.ts'
import { type Turn, WIRES, type Wire, WRITERS } from './agent-turns.ts'

const FOLDER = process.env.AGENTS_DIR
const BIN = join(FOLDER ?? '', 'node_modules/.bin')
const PROVIDERS = {
  chat: 'compatible',
  responses: 'compatible',
  messages: 'anthropic',
  gemini: 'gemini',
  converse: 'bedrock',
} as const
/** What is said of a tool's result in each wire's request. */
const HAS_RESULT =
  /"role":"tool"|"function_call_output"|"tool_result"|"functionResponse"|"toolResult"/

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

/** One black pixel, and one empty page. */
const PNG =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
const PDF = Buffer.from(
  '%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>endobj\ntrailer<</Root 1 0 R/Size 4>>\n%%EOF\n',
).toString('base64')

function runCodex(model: string) {
  const flags = ['--skip-git-repo-check', '--sandbox', 'danger-full-access', '-m', model]
  const provider = ['-c', 'model_provider="gw"']
  return run([join(BIN, 'codex'), 'exec', ...flags, ...provider, 'Do it'], {
    CODEX_HOME: work,
    GW_KEY: gateway.proxyKey,
  })
}

function runClaude(model: string) {
  const flags = ['-p', 'Do it', '--model', model, '--dangerously-skip-permissions']
  return run([join(BIN, 'claude'), ...flags], {
    ANTHROPIC_BASE_URL: gateway.origin,
    ANTHROPIC_AUTH_TOKEN: gateway.proxyKey,
    ANTHROPIC_SMALL_FAST_MODEL: model,
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    IS_SANDBOX: '1',
  })
}

function runGemini(model: string) {
  return run([join(BIN, 'gemini'), '-m', model, '-y', '-p', 'Do it'], {
    GEMINI_API_KEY: gateway.proxyKey,
    GOOGLE_GEMINI_BASE_URL: gateway.origin,
    GEMINI_CLI_NO_RELAUNCH: 'true',
    GEMINI_CLI_TRUST_WORKSPACE: 'true',
  })
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
        ...(wire === 'responses' && { protocol: wire }),
      })),
    })
    mkdirSync(join(work, '.gemini'))
    const auth = { selectedType: 'gemini-api-key' }
    const settings = { security: { auth }, privacy: { usageStatisticsEnabled: false } }
    writeFileSync(join(work, '.gemini/settings.json'), JSON.stringify(settings))
    writeFileSync(join(work, 'dot.png'), Buffer.from(PNG, 'base64'))
    writeFileSync(join(work, 'page.pdf'), Buffer.from(PDF, 'base64'))
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
      const { stdout, stderr, code } = await runCodex(`via-${wire}`)
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
      const { stdout, stderr, code } = await runClaude(`via-${wire}`)
      expect({ code, made: made(), stderr: code === 0 ? '' : stderr }).toEqual({
        code: 0,
        made: 'claude',
        stderr: '',
      })
      expect(stdout).toContain('All done.')
    }, 90_000)

    test('Gemini CLI runs a command and finishes its answer', async () => {
      bodies.length = 0
      call = { name: 'run_shell_command', args: { command: `echo gemini > ${file}` } }
      const { stdout, stderr, code } = await runGemini(`via-${wire}`)
      expect({ code, made: made(), stderr: code === 0 ? '' : stderr }).toEqual({
        code: 0,
        made: 'gemini',
        stderr: '',
      })
      expect(stdout).toContain('All done.')
      expect(bodies).toHaveLength(2)
    }, 90_000)

    test.each(['dot.png', 'page.pdf'])(
      'Claude Code reads %s, and the model gets it',
      async (name) => {
        bodies.length = 0
        call = { name: 'Read', args: { file_path: join(work, name) } }
        const { stdout, code } = await runClaude(`via-${wire}`)
        expect([code, stdout.includes('All done.')]).toEqual([0, true])
        const last = bodies.findLast((body) => HAS_RESULT.test(body)) ?? ''
        expect(last.includes(name === 'page.pdf' ? PDF : PNG)).toBe(true)
      },
      90_000,
    )

    test.each(['dot.png', 'page.pdf'])(
      'Gemini CLI reads %s, and the model gets it',
      async (name) => {
        bodies.length = 0
        call = { name: 'read_file', args: { file_path: join(work, name) } }
        const { stdout, code } = await runGemini(`via-${wire}`)
        expect([code, stdout.includes('All done.')]).toEqual([0, true])
        expect(bodies.at(-1)?.includes(name === 'page.pdf' ? PDF : PNG)).toBe(true)
      },
      90_000,
    )

    test('Codex looks at a picture, and the model gets it', async () => {
      bodies.length = 0
      call = { name: 'view_image', args: { path: join(work, 'dot.png') } }
      const { stdout, code } = await runCodex(`via-${wire}`)
      expect([code, stdout.includes('All done.')]).toEqual([0, true])
      expect(bodies.at(-1)).toMatch(/iVBORw0KGgo/)
    }, 90_000)
  })
}
