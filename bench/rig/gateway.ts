/** The gateway as it is measured: a process of its own with everything on, from source or compiled. */
import { Database } from 'bun:sqlite'
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { environmentFor } from '../../test/support/processes/gateway-process.ts'

const ROOT = join(import.meta.dir, '../..')
export const EXECUTABLE = join(ROOT, 'dist', 'gpt-proxy')
export const FROM_SOURCE = [process.execPath, 'src/main.ts']
/** What `npm start` becomes. */
export const AS_INSTALLED = [join(ROOT, 'bin/gpt-proxy')]

const START_LIMIT_MS = 15_000
/** Closer than the pause of test support, for the start-up time. */
const LOOK_EVERY_MS = 1

export interface RunningGateway {
  origin: string
  port: number
  pid: number
  /** From spawning to "listening". */
  startMs: number
  stop(): Promise<void>
}

export interface Folder {
  dataDir: string
  proxyKey: string
}

/** How a gateway is started; everything is on, from this tree's source, unless said otherwise. */
export interface LaunchOptions {
  command?: readonly string[]
  settings?: Readonly<Record<string, string>>
  /** Another checkout, to compare. */
  tree?: string
  /** How long it may take until it listens. */
  startLimitMs?: number
}

export interface UpstreamOfModel {
  name: string
  model: string
  port: number
  /** The only format that it is sent; the client's own if it is missing. */
  protocol?: 'chat' | 'responses'
}

/** Limits and a quota that are counted for every request, and that none reaches. */
export const EVERYTHING_ON: Readonly<Record<string, string>> = {
  RATE_LIMIT_KEY_RPM: '1000000000',
  RATE_LIMIT_KEY_TPM: '1000000000000',
  RATE_LIMIT_IP_RPM: '1000000000',
  RATE_LIMIT_IP_TPM: '1000000000000',
  DEFAULT_MONTHLY_QUOTA_TOKENS: '1000000000000',
}

/** A data folder with these upstreams, made by the operator's own commands. */
export async function prepareFolder(
  dataDir: string,
  upstreams: readonly UpstreamOfModel[],
  { settings = EVERYTHING_ON, tree = ROOT }: LaunchOptions = {},
): Promise<Folder> {
  const env = environmentFor(dataDir, settings)
  const succeed = (args: string[], stdin?: string) => runHere(tree, args, env, stdin)
  await succeed(['init'])
  for (const { name, model, port, protocol } of upstreams) {
    const format = protocol === undefined ? [] : ['--protocol', protocol]
    const address = ['--base-url', `http://127.0.0.1:${port}/v1`, ...format]
    await succeed(
      ['upstream', 'add', name, ...address, '--provider', 'openai', '--model', model],
      'sk-upstream-of-the-bench',
    )
  }
  const secrets = readFileSync(join(dataDir, 'first-start.env'), 'utf8')
  const proxyKey = /^PROXY_KEY=["']?([^"'\n]+)/m.exec(secrets)?.[1]
  if (proxyKey === undefined) throw new Error(`no proxy key in ${dataDir}/first-start.env`)
  return { dataDir, proxyKey }
}

async function runHere(
  tree: string,
  args: string[],
  env: Record<string, string>,
  stdin?: string,
): Promise<void> {
  const child = Bun.spawn([...FROM_SOURCE, ...args], {
    cwd: tree,
    env,
    stdin: stdin === undefined ? 'ignore' : Buffer.from(stdin),
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const [stdout, stderr, exitCode] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ])
  if (exitCode !== 0)
    throw new Error(`gpt-proxy ${args.join(' ')}: exit ${exitCode}\n${stdout}${stderr}`)
}

/** As many open files as this machine allows: thousands of streams are two sockets each. */
const UNLIMITED = ['sh', '-c', 'ulimit -n "$(ulimit -Hn)" && exec "$@"', 'sh']

export async function launchGateway(
  dataDir: string,
  {
    command = FROM_SOURCE,
    settings = EVERYTHING_ON,
    tree = ROOT,
    startLimitMs = START_LIMIT_MS,
  }: LaunchOptions = {},
): Promise<RunningGateway> {
  const logFile = join(dataDir, 'gateway.log')
  const log = openSync(logFile, 'w')
  const startedMs = performance.now()
  const child = Bun.spawn([...UNLIMITED, ...command, 'serve'], {
    cwd: tree,
    env: environmentFor(dataDir, { LOG_LEVEL: 'info', ...settings }),
    stdin: 'ignore',
    stdout: log,
    stderr: log,
  })
  closeSync(log)
  const origin = await listening(logFile, child, startedMs + startLimitMs)
  return {
    origin,
    port: Number(new URL(origin).port),
    pid: child.pid,
    startMs: performance.now() - startedMs,
    async stop() {
      child.kill('SIGTERM')
      const code = await child.exited
      if (code !== 0)
        throw new Error(
          `the gateway ended with ${code}:\n${readFileSync(logFile, 'utf8').slice(-2000)}`,
        )
    },
  }
}

async function listening(logFile: string, child: Bun.Subprocess, untilMs: number): Promise<string> {
  for (;;) {
    const written = existsSync(logFile) ? readFileSync(logFile, 'utf8') : ''
    const line = written
      .split('\n')
      .slice(0, -1)
      .find((one) => one.includes('"listening"'))
    if (line !== undefined) return (JSON.parse(line) as { url: string }).url
    if (child.exitCode !== null)
      throw new Error(`the gateway ended with ${child.exitCode} at its start:\n${written}`)
    if (performance.now() > untilMs) {
      child.kill('SIGKILL')
      throw new Error(`the gateway did not start in time:\n${written}`)
    }
    await Bun.sleep(LOOK_EVERY_MS)
  }
}

export function usageRows(dataDir: string): number {
  using database = new Database(join(dataDir, 'gpt-proxy.sqlite'), { readonly: true })
  return (
    database.query<{ count: number }, []>('SELECT count(*) AS count FROM usage_records').get()
      ?.count ?? 0
  )
}
