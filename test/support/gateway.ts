/** Runs the real gateway as a process of its own, in a fresh data folder, the way an operator does. */
import { Database } from 'bun:sqlite'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ProviderName } from '../../src/core/providers/providers.ts'
import {
  type CliResult,
  environmentFor,
  runCli,
  spawnGateway,
} from './processes/gateway-process.ts'
import { waitFor } from './waiting.ts'

export interface UpstreamSetting {
  name?: string
  baseUrl: string
  key?: string
  provider?: ProviderName
  models?: string[]
  deployments?: Record<string, string>
  apiVersion?: string
  protocol?: 'chat' | 'responses'
  weight?: number
}

export interface GatewayOptions {
  upstreams?: UpstreamSetting[]
  env?: Record<string, string>
  /** How many files it may have open (`ulimit -n`). */
  openFiles?: number
  /** An existing folder; it is then left in place. */
  dataDir?: string
}

export interface Gateway {
  /** …/v1 */
  baseUrl: string
  origin: string
  port: number
  proxyKey: string
  adminKey: string
  dataDir: string
  pid: number
  /** Everything written to stdout and stderr so far. */
  logs(): string
  /** A fresh connection; close it. */
  database(): Database
  cli(
    args: string[],
    options?: { stdin?: string; env?: Record<string, string> },
  ): Promise<CliResult>
  chat(body: object, init?: RequestInit): Promise<Response>
  /** Waits for the row. */
  usageRow(requestId: string): Promise<Record<string, unknown>>
  signal(name: NodeJS.Signals): void
  exited: Promise<number>
  /** Ends it with SIGTERM and returns its exit code. */
  stop(): Promise<number>
}

export const UPSTREAM_SECRET = 'sk-upstream-7Qm2xYb9KcT4vRz8LpWd'

export async function startGateway(options: GatewayOptions = {}): Promise<Gateway> {
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'gpt-proxy-test-'))
  const env = environmentFor(dataDir, options.env)
  await prepare(options.upstreams ?? [], env)
  const { openFiles: most } = options
  const limited = most === undefined ? [] : ['prlimit', `--nofile=${most}:${most}`]
  const running = await spawnGateway(env, undefined, limited)
  const secrets = await firstStartSecrets(dataDir)
  const origin = running.url
  const baseUrl = `${origin}/v1`
  const proxyKey = secrets.PROXY_KEY ?? ''

  const database = (): Database => {
    const opened = new Database(join(dataDir, 'gpt-proxy.sqlite'), { readwrite: true })
    opened.run('PRAGMA busy_timeout = 5000')
    return opened
  }

  return {
    baseUrl,
    origin,
    port: Number(new URL(origin).port),
    proxyKey,
    adminKey: secrets.ADMIN_KEY ?? '',
    dataDir,
    pid: running.pid,
    logs: running.logs,
    database,
    cli: (args, more = {}) => runCli(args, { ...env, ...more.env }, more.stdin),
    chat: (body, init = {}) => postChat(baseUrl, proxyKey, body, init),
    usageRow: (requestId) =>
      waitFor(`the usage row of ${requestId}`, () => {
        using reading = database()
        return reading
          .query<Record<string, unknown>, [string]>(
            'SELECT * FROM usage_records WHERE request_id = ?',
          )
          .get(requestId)
      }),
    signal: running.signal,
    exited: running.exited,
    async stop() {
      running.signal('SIGTERM')
      const code = await running.exited
      if (options.dataDir === undefined) rmSync(dataDir, { recursive: true, force: true })
      return code
    },
  }
}

/** The folder and its upstreams, by the operator's own commands. */
async function prepare(
  upstreams: readonly UpstreamSetting[],
  env: Record<string, string>,
): Promise<void> {
  await mustSucceed(['init'], env)
  for (const [index, upstream] of upstreams.entries()) {
    await mustSucceed(addArguments(upstream, index), env, upstream.key ?? UPSTREAM_SECRET)
  }
}

function addArguments(upstream: UpstreamSetting, index: number): string[] {
  const { name, baseUrl, provider, models, deployments, apiVersion, protocol, weight } = upstream
  return [
    ...['upstream', 'add', name ?? `mock-${index + 1}`, '--base-url', baseUrl],
    ...['--provider', provider ?? 'openai'],
    ...(models ?? []).flatMap((model) => ['--model', model]),
    ...Object.entries(deployments ?? {}).flatMap(([model, deployment]) => [
      '--deployment',
      `${model}=${deployment}`,
    ]),
    ...(apiVersion === undefined ? [] : ['--api-version', apiVersion]),
    ...(protocol === undefined ? [] : ['--protocol', protocol]),
    ...(weight === undefined ? [] : ['--weight', String(weight)]),
  ]
}

async function mustSucceed(
  args: string[],
  env: Record<string, string>,
  stdin?: string,
): Promise<void> {
  const { exitCode, stdout, stderr } = await runCli(args, env, stdin)
  if (exitCode !== 0)
    throw new Error(`gpt-proxy ${args.join(' ')}: exit ${exitCode}\n${stdout}${stderr}`)
}

async function firstStartSecrets(dataDir: string): Promise<Record<string, string>> {
  const file = Bun.file(join(dataDir, 'first-start.env'))
  if (!(await file.exists())) return {}
  const lines = (await file.text()).split('\n')
  return Object.fromEntries(
    lines
      .filter((line) => line.includes('='))
      .map((line) => {
        const at = line.indexOf('=')
        return [line.slice(0, at), line.slice(at + 1).replace(/^["']|["']$/g, '')]
      }),
  )
}

function postChat(
  baseUrl: string,
  key: string,
  body: object,
  init: RequestInit,
): Promise<Response> {
  const headers = new Headers({
    authorization: `Bearer ${key}`,
    'content-type': 'application/json',
  })
  new Headers(init.headers).forEach((value, name) => {
    headers.set(name, value)
  })
  return fetch(`${baseUrl}/chat/completions`, {
    method: 'POST',
    body: JSON.stringify(body),
    ...init,
    headers,
  })
}
