/** A real PostgreSQL of a test's own: made in a temporary folder, run by a user who may, on a free port. */
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
  /** Of a database of this server. */
  url(database?: string): string
  /** A fresh, empty database. */
  createDatabase(): string
  /** At the server's own shell, as an operator does; the rows as JSON would have them. */
  sql(text: string, database?: string): Record<string, unknown>[]
  /** All of a database, as pg_dump writes it. */
  dump(database?: string): string
  start(): Promise<void>
  stop(mode?: 'fast' | 'immediate'): Promise<void>
  /** Stops all of its processes in the middle, or lets them go on. */
  freeze(): void
  thaw(): void
  /** A connection that holds the tables against everybody until the result is called. */
  lockTables(database: string, tables: readonly string[]): Promise<() => Promise<void>>
  close(): Promise<void>
}

export interface PostgresOptions {
  port?: number
  /** Lines for postgresql.conf. */
  settings?: readonly string[]
  /** Lines for pg_hba.conf instead of passwords for everybody. */
  access?: readonly string[]
  /** A folder with a database made before; it is then taken over. */
  folder?: string
}

const WATCHED_BY_PASSWORD = ['host all all 127.0.0.1/32 scram-sha-256']

function program(name: string): string {
  const folder = postgresFolder()
  if (folder === null) throw new Error('PostgreSQL is not installed: apt-get install postgresql')
  return join(folder, name)
}

export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresServer> {
  const port = options.port ?? freePort()
  const folder = options.folder ?? (await initialised(options))
  const data = join(folder, 'data')
  let postgres: Bun.Subprocess | null = null

  const client = (name: string, args: string[]) => {
    const { exitCode, stdout, stderr } = Bun.spawnSync([program(name), ...args], {
      env: { PGHOST: folder, PGPORT: String(port), PGUSER: OWNER, PGCONNECT_TIMEOUT: '5' },
      stdin: 'ignore',
    })
    if (exitCode !== 0) throw new Error(`${name} ${args.join(' ')}: ${stderr}`)
    return stdout.toString()
  }
  const psql = (database: string, text: string) =>
    client('psql', ['-XAtq', '-v', 'ON_ERROR_STOP=1', '-d', database, '-c', text])

  const server: PostgresServer = {
    port,
    folder,
    url: (database = OWNER) => `postgres://${OWNER}:${PASSWORD}@127.0.0.1:${port}/${database}`,
    createDatabase() {
      const name = `d${crypto.randomUUID().slice(0, 8)}`
      psql('postgres', `create database ${name}`)
      return name
    },
    sql(text, database = OWNER) {
      if (!/^\s*select/i.test(text)) {
        psql(database, text)
        return []
      }
      const answer = psql(
        database,
        `select coalesce(json_agg(given), '[]') from (${text.replace(/;\s*$/, '')}) as given`,
      )
      return JSON.parse(answer) as Record<string, unknown>[]
    },
    dump: (database = OWNER) => client('pg_dump', ['--dbname', database]),
    async start() {
      postgres = Bun.spawn(
        asOwner([
          program('postgres'),
          ...[
            '-D',
            data,
            '-p',
            String(port),
            '-k',
            folder,
            '-c',
            'listen_addresses=127.0.0.1,127.0.0.2',
          ],
          ...(options.settings ?? []).flatMap((line) => ['-c', line]),
        ]),
        { stdin: 'ignore', stdout: 'ignore', stderr: Bun.file(join(folder, 'log')) },
      )
      await waitFor('PostgreSQL to answer', () => answers(folder, port), 20_000)
    },
    async stop(mode = 'fast') {
      postgres?.kill(mode === 'fast' ? 'SIGINT' : 'SIGQUIT')
      await postgres?.exited
      postgres = null
    },
    freeze: () => signalAll(postgres, 'SIGSTOP'),
    thaw: () => signalAll(postgres, 'SIGCONT'),
    async lockTables(database, tables) {
      const holder = Bun.spawn([program('psql'), '-XAtq', '-d', database], {
        env: { PGHOST: folder, PGPORT: String(port), PGUSER: OWNER },
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
    },
    async close() {
      if (postgres !== null) {
        signalAll(postgres, 'SIGCONT')
        await server.stop('immediate')
      }
      rmSync(folder, { recursive: true, force: true })
    },
  }
  await server.start()
  return server
}

async function initialised({ access = WATCHED_BY_PASSWORD }: PostgresOptions): Promise<string> {
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
  // By the socket anybody is let in, as psql on the server's own machine.
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
  const children = readFileSync(`/proc/${postgres.pid}/task/${postgres.pid}/children`, 'utf8')
  const pids = [postgres.pid, ...children.split(' ').filter(Boolean).map(Number)]
  for (const pid of pids) {
    try {
      process.kill(pid, signal)
    } catch (error) {
      // A backend may end between the listing and the signal.
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
    }
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
