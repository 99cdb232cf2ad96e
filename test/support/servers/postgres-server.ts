/** A real PostgreSQL for one test, in a temporary folder and on a free port; as root, it runs as the user `postgres`. */
import { chownSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { postgresFolder } from '../../../scripts/needed-programs.ts'
import { waitFor } from '../waiting.ts'

const OWNER = 'gpt_proxy'
export const PASSWORD = 'pg-canary-5Rk2Wn8Zq1'

export interface PostgresServer {
  port: number
  folder: string
  /** The address of a database of this server. */
  url(database?: string): string
  /** A fresh, empty database. */
  createDatabase(): string
  /** Runs a statement in psql, as an operator does. A select returns its rows as JSON has them. */
  sql(text: string, database?: string): Record<string, unknown>[]
  /** A whole database, as pg_dump writes it. */
  dump(database?: string): string
  start(): Promise<void>
  stop(mode?: 'fast' | 'immediate'): Promise<void>
  /** Stops all of its processes with SIGSTOP. */
  freeze(): void
  /** Lets them run again. */
  thaw(): void
  /** Locks the tables for all other connections until the returned function is called. */
  lockTables(database: string, tables: readonly string[]): Promise<() => Promise<void>>
  close(): Promise<void>
}

export interface PostgresOptions {
  port?: number
  /** Lines for postgresql.conf. */
  settings?: readonly string[]
  /** Lines for pg_hba.conf, in place of passwords for all users. */
  access?: readonly string[]
  /** The folder of an earlier server, to go on with its data. */
  folder?: string
}

const BY_PASSWORD = ['host all all 127.0.0.1/32 scram-sha-256']

function program(name: string): string {
  const folder = postgresFolder()
  if (folder === null) throw new Error('PostgreSQL is not installed: apt-get install postgresql')
  return join(folder, name)
}

interface Server {
  port: number
  folder: string
  settings: readonly string[]
  /** Null while it is stopped. */
  process: Bun.Subprocess | null
}

export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresServer> {
  const folder = options.folder ?? (await initialised(options))
  const port = options.port ?? freePort()
  const server: Server = { port, folder, settings: options.settings ?? [], process: null }
  await start(server)
  return {
    port,
    folder,
    url: (database = OWNER) => `postgres://${OWNER}:${PASSWORD}@127.0.0.1:${port}/${database}`,
    createDatabase() {
      const name = `d${crypto.randomUUID().slice(0, 8)}`
      psql(server, 'postgres', `create database ${name}`)
      return name
    },
    sql: (text, database = OWNER) => rowsOf(server, database, text),
    dump: (database = OWNER) => client(server, 'pg_dump', ['--dbname', database]),
    start: () => start(server),
    stop: (mode = 'fast') => stop(server, mode),
    freeze: () => signalAll(server.process, 'SIGSTOP'),
    thaw: () => signalAll(server.process, 'SIGCONT'),
    lockTables: (database, tables) => lockTables(server, database, tables),
    async close() {
      signalAll(server.process, 'SIGCONT')
      await stop(server, 'immediate')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function start(server: Server): Promise<void> {
  const { folder, port, settings } = server
  server.process = Bun.spawn(
    asOwner([
      program('postgres'),
      ...['-D', join(folder, 'data'), '-p', String(port), '-k', folder],
      ...['-c', 'listen_addresses=127.0.0.1,127.0.0.2'],
      ...settings.flatMap((line) => ['-c', line]),
    ]),
    { stdin: 'ignore', stdout: 'ignore', stderr: Bun.file(join(folder, 'log')) },
  )
  await waitFor('PostgreSQL to answer', () => answers(folder, port), 20_000)
}

async function stop(server: Server, mode: 'fast' | 'immediate'): Promise<void> {
  server.process?.kill(mode === 'fast' ? 'SIGINT' : 'SIGQUIT')
  await server.process?.exited
  server.process = null
}

function psql(server: Server, database: string, text: string): string {
  return client(server, 'psql', ['-XAtq', '-v', 'ON_ERROR_STOP=1', '-d', database, '-c', text])
}

function client({ folder, port }: Server, name: string, args: readonly string[]): string {
  const { exitCode, stdout, stderr } = Bun.spawnSync([program(name), ...args], {
    env: { ...environment(folder, port), PGCONNECT_TIMEOUT: '5' },
    stdin: 'ignore',
  })
  if (exitCode !== 0) throw new Error(`${name} ${args.join(' ')}: ${stderr}`)
  return stdout.toString()
}

const environment = (folder: string, port: number) => ({
  PGHOST: folder,
  PGPORT: String(port),
  PGUSER: OWNER,
})

function rowsOf(server: Server, database: string, text: string): Record<string, unknown>[] {
  if (!/^\s*select/i.test(text)) {
    psql(server, database, text)
    return []
  }
  const answer = psql(
    server,
    database,
    `select coalesce(json_agg(given), '[]') from (${text.replace(/;\s*$/, '')}) as given`,
  )
  return JSON.parse(answer) as Record<string, unknown>[]
}

async function lockTables(
  { folder, port }: Server,
  database: string,
  tables: readonly string[],
): Promise<() => Promise<void>> {
  const holder = Bun.spawn([program('psql'), '-XAtq', '-d', database], {
    env: environment(folder, port),
    stdin: 'pipe',
    stdout: 'pipe',
    stderr: 'inherit',
  })
  const names = tables.join(', ')
  holder.stdin.write(
    tables.length === 0 ? 'begin;\n' : `begin; lock table ${names} in access exclusive mode;\n`,
  )
  holder.stdin.write(`select 'held';\n`)
  await holder.stdin.flush()
  await holder.stdout.getReader().read()
  return async () => {
    holder.stdin.write('rollback;\n')
    await holder.stdin.end()
    await holder.exited
  }
}

async function initialised({ access = BY_PASSWORD }: PostgresOptions): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'gpt-proxy-postgres-'))
  const { uid, gid } = owner()
  chownSync(folder, uid, gid)
  const passwords = join(folder, 'password')
  await Bun.write(passwords, `${PASSWORD}\n`)
  chownSync(passwords, uid, gid)
  const made = Bun.spawnSync(
    asOwner([
      program('initdb'),
      ...['-D', join(folder, 'data'), '-U', OWNER, '--pwfile', passwords, '--no-sync'],
      ...['--locale=C', '-E', 'UTF8', '-A', 'trust'],
    ]),
    { stdin: 'ignore' },
  )
  if (made.exitCode !== 0) throw new Error(`initdb: ${made.stderr}`)
  // Over the socket no password is needed, as for psql on the server's own machine.
  await Bun.write(
    join(folder, 'data', 'pg_hba.conf'),
    `${['local all all trust', ...access].join('\n')}\n`,
  )
  return folder
}

const MAKE_DATABASE = `select 'create database ${OWNER}'
  where not exists (select from pg_database where datname = '${OWNER}') \\gexec\n`

async function answers(folder: string, port: number): Promise<boolean> {
  const args = ['-h', folder, '-p', String(port), '-U', OWNER, '-d', 'postgres']
  const asked = Bun.spawn([program('psql'), '-Xq', ...args], {
    stdin: new Blob([MAKE_DATABASE]),
    stdout: 'ignore',
    stderr: 'ignore',
  })
  return (await asked.exited) === 0
}

function signalAll(postgres: Bun.Subprocess | null, signal: 'SIGSTOP' | 'SIGCONT'): void {
  if (postgres === null) return
  for (const pid of [postgres.pid, ...childrenOf(postgres.pid)])
    unlessEnded(() => process.kill(pid, signal))
}

function childrenOf(pid: number): number[] {
  const listed = unlessEnded(() => readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')) ?? ''
  return listed.split(' ').filter(Boolean).map(Number)
}

/** A process may end between the moment at which it is listed and the call. */
function unlessEnded<Result>(call: () => Result): Result | undefined {
  try {
    return call()
  } catch (error) {
    if (['ESRCH', 'ENOENT'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined
    throw error
  }
}

/** PostgreSQL refuses to run as root; the package brings a user for it. */
function asOwner(command: string[]): string[] {
  if (process.getuid?.() !== 0) return command
  const { uid, gid } = owner()
  return ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', '--', ...command]
}

function owner(): { uid: number; gid: number } {
  const uid = process.getuid?.() ?? 0
  if (uid !== 0) return { uid, gid: process.getgid?.() ?? 0 }
  const id = (flag: string) => Number(Bun.spawnSync(['id', flag, 'postgres']).stdout.toString())
  return { uid: id('-u'), gid: id('-g') }
}

function freePort(): number {
  using listener = Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { data() {} } })
  return listener.port
}
