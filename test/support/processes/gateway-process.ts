/** Starts the gateway's processes: the server, and one CLI call. */
import { join } from 'node:path'

export const ROOT = join(import.meta.dir, '..', '..', '..')
export const MAIN = join(ROOT, 'src', 'main.ts')
/** The same server, which kills itself at a point that is named in its arguments. */
export const FAILPOINT_SERVER = join(import.meta.dir, 'failpoint-server.ts')
const START_LIMIT_MS = 15_000

export interface CliResult {
  exitCode: number
  stdout: string
  stderr: string
}

export interface GatewayProcess {
  url: string
  pid: number
  logs(): string
  signal(name: NodeJS.Signals): void
  exited: Promise<number>
}

/**
 * Nothing of our own surroundings: a proxy or a key set there would change what is tested. Only THREADS, with which
 * suites run again, is passed on.
 */
export function environmentFor(
  dataDir: string,
  extra: Record<string, string> = {},
): Record<string, string> {
  const inherited: Record<string, string> = {}
  for (const name of ['PATH', 'HOME', 'TMPDIR', 'THREADS']) {
    const value = process.env[name]
    if (value !== undefined) inherited[name] = value
  }
  // The tests' own kept-alive connections would hold up each stop; test/deploy is about them.
  const quick = { DRAIN_NOTICE_MS: '0', DRAIN_IDLE_MS: '0' }
  return { ...inherited, ...quick, DATA_DIR: dataDir, HOST: '127.0.0.1', PORT: '0', ...extra }
}

export async function runCli(
  args: string[],
  env: Record<string, string>,
  stdin?: string,
): Promise<CliResult> {
  const child = Bun.spawn([process.execPath, MAIN, ...args], {
    cwd: ROOT,
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
  return { exitCode, stdout, stderr }
}

/** Resolves once the server says that it listens. */
export async function spawnGateway(
  env: Record<string, string>,
  command: readonly string[] = [MAIN, 'serve'],
  /** What starts it, as `prlimit` does. */
  within: readonly string[] = [],
): Promise<GatewayProcess> {
  const child = Bun.spawn([...within, process.execPath, ...command], {
    cwd: ROOT,
    env,
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const ready = Promise.withResolvers<string>()
  let written = ''
  let found = false
  const read = async (stream: ReadableStream<Uint8Array>) => {
    const decoder = new TextDecoder()
    for await (const part of stream) {
      written += decoder.decode(part, { stream: true })
      const url = found ? null : listeningUrl(written)
      if (url === null) continue
      found = true
      ready.resolve(url)
    }
  }
  void read(child.stdout)
  void read(child.stderr)
  const timer = setTimeout(
    () => ready.reject(new Error(`not listening in time:\n${written}`)),
    START_LIMIT_MS,
  )
  void child.exited.then((code) =>
    ready.reject(new Error(`exited with ${code} at its start:\n${written}`)),
  )
  try {
    const url = await ready.promise
    return {
      url,
      pid: child.pid,
      logs: () => written,
      signal: (name) => child.kill(name),
      exited: child.exited,
    }
  } catch (error) {
    child.kill('SIGKILL')
    throw error
  } finally {
    clearTimeout(timer)
  }
}

function listeningUrl(written: string): string | null {
  for (const line of written.split('\n')) {
    if (!line.includes('"listening"')) continue
    try {
      const { msg, url } = JSON.parse(line) as { msg?: unknown; url?: unknown }
      if (msg === 'listening' && typeof url === 'string') return url
    } catch {
      // The line is not complete yet.
    }
  }
  return null
}
