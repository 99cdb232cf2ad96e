/** If PostgreSQL is unusable, the start names the step and the remedy on one line, without the password. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { chownSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Certificates, makeCertificates } from '../../support/mock/certificates.ts'
import { environmentFor, runCli, spawnGateway } from '../../support/processes/gateway-process.ts'
import { openFullBacklog } from '../../support/servers/full-backlog.ts'
import {
  PASSWORD,
  type PostgresServer,
  startPostgres,
} from '../../support/servers/postgres-server.ts'
import { closedPort, startRawServer } from '../../support/servers/raw-server.ts'

const KEY = '0123456789abcdef'.repeat(4)
let folder: string
let server: PostgresServer
let certificates: Certificates

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gpt-proxy-postgres-start-'))
  certificates = makeCertificates()
  server = await startPostgres({
    settings: ['fsync=off', 'max_connections=12', 'superuser_reserved_connections=3'],
    access: ['host tls_only all 127.0.0.1/32 reject', 'host all all 127.0.0.1/32 scram-sha-256'],
  })
  server.sql('create database tls_only')
  server.sql(`create role guest login password 'guest-canary-8Jd3'`)
}, 60_000)

afterAll(async () => {
  await server.close()
  certificates.remove()
  rmSync(folder, { recursive: true, force: true })
})

const env = (url: string) =>
  environmentFor(join(folder, 'data'), { DATABASE_URL: url, ENCRYPTION_KEY: KEY })

async function refused(url: string): Promise<string> {
  const startedMs = performance.now()
  const { exitCode, stderr } = await runCli(['serve'], env(url))
  expect(exitCode).toBe(5)
  expect(performance.now() - startedMs).toBeLessThan(12_000)
  const lines = stderr.split('\n').filter((line) => line !== '' && !line.startsWith('{'))
  expect(lines).toHaveLength(1)
  expect(stderr).not.toContain('canary')
  return lines[0] ?? ''
}

const at = (port: number) => `postgres://gpt_proxy:${PASSWORD}@127.0.0.1:${port}/gpt_proxy`

describe('the start names the step', () => {
  test('DNS: an unknown host', async () => {
    const line = await refused(`postgres://gpt_proxy:${PASSWORD}@nowhere.invalid/gpt_proxy`)
    expect(line).toStartWith('error: PostgreSQL nowhere.invalid:5432/gpt_proxy: DNS: ')
    expect(line).toContain('Correct the host and port in DATABASE_URL')
  }, 60_000)

  test('TCP: a closed port', async () => {
    const line = await refused(at(await closedPort()))
    expect(line).toContain(': TCP: nothing listens there. Start PostgreSQL')
  })

  test('TCP: a way that leads nowhere', async () => {
    const backlog = await openFullBacklog()
    expect(await refused(at(backlog.port))).toContain(': TCP: no connection within 5 s. Look for')
    backlog.close()
  }, 60_000)

  test('TCP: a folder of a socket that is not there', async () => {
    const { exitCode, stderr } = await runCli(
      ['serve'],
      environmentFor(join(folder, 'data'), { POSTGRES_HOST: '/nowhere', ENCRYPTION_KEY: KEY }),
    )
    expect(exitCode).toBe(5)
    expect(stderr).toContain(': TCP: its socket is not there')
  })

  test('answer: a server that takes the connection and stays silent', async () => {
    const silent = await startRawServer(() => {})
    expect(await refused(at(silent.port))).toContain(': answer: it takes connections and stays')
    silent.close()
  }, 60_000)

  test('TLS: a server that offers none', async () => {
    const line = await refused(`${server.url()}?sslmode=require`)
    expect(line).toContain(': TLS: it offers no TLS. Switch it on there')
  })

  test('password: a wrong one, none, and a user who may not connect this way', async () => {
    const wrong = await refused(server.url().replace(PASSWORD, 'wrong-canary-1'))
    expect(wrong).toContain(': password: the user or the password is wrong (')
    const none = await refused(server.url().replace(`:${PASSWORD}`, ''))
    expect(none).toContain(': password: it asks for one, and none is set. Correct')
    const barred = await refused(server.url('tls_only'))
    expect(barred).toContain(': password: this user may not connect from here in this way (')
    expect(barred).toContain('?sslmode=require')
  }, 60_000)

  test('database: one that is not there', async () => {
    const line = await refused(server.url('elsewhere'))
    expect(line).toContain(': database: there is no such database (')
    expect(line).toContain('CREATE DATABASE')
  })

  test('permission: a user who may not create tables', async () => {
    const database = server.createDatabase()
    const url = server
      .url(database)
      .replace('gpt_proxy:', 'guest:')
      .replace(PASSWORD, 'guest-canary-8Jd3')
    const line = await refused(url)
    expect(line).toContain(': permission: the user may not do this (permission denied for schema')
    expect(line).toContain('Make the user the owner')
  })

  test('migration: foreign tables, which stay unchanged', async () => {
    const database = server.createDatabase()
    server.sql('create table api_keys (mine text)', database)
    const line = await refused(server.url(database))
    expect(line).toContain('belongs to another program: it has tables api_keys')
    expect(line).toContain('Give the gateway a database of its own')
    server.sql('create table alembic_version (version_num text)', database)
    expect(await refused(server.url(database))).toContain('a Python program with SQLAlchemy')
    expect(server.sql(`select to_regclass('users') as made`, database)).toEqual([{ made: null }])
  })

  test('schema: a database that a newer version has been at', async () => {
    const database = server.createDatabase()
    expect((await runCli(['init'], env(server.url(database)))).exitCode).toBe(0)
    server.sql(`insert into kysely_migration values ('9999-later', '2027-01-01')`, database)
    const line = await refused(server.url(database))
    expect(line).toContain('was made by a newer version (it has the migration 9999-later)')
  })

  test('connecting: a server that has no connection left', async () => {
    const releases = await Promise.all(
      Array.from({ length: 9 }, () => server.lockTables('gpt_proxy', [])),
    )
    const url = server.url().replace('gpt_proxy:', 'guest:').replace(PASSWORD, 'guest-canary-8Jd3')
    expect(await refused(url)).toContain(': connecting: it has no connection left (')
    await Promise.all(releases.map((release) => release()))
  })
})

test('migrations are not ended by a time limit that an operator set for the database', async () => {
  server.sql('create database hurried')
  server.sql(`alter database hurried set statement_timeout = '1ms'`)
  server.sql(`alter database hurried set idle_in_transaction_session_timeout = '1ms'`)
  const { exitCode, stderr } = await runCli(['migrate', 'up'], env(server.url('hurried')))
  expect([exitCode, stderr]).toEqual([0, expect.not.stringContaining('timeout')])
}, 30_000)

test('migrate lists pending migrations, runs them, and reports them as done', async () => {
  const fresh = env(server.url(server.createDatabase()))
  const states = async () => {
    const { stdout } = await runCli(['migrate', 'status', '--json'], fresh)
    return (JSON.parse(stdout) as { status: string }[]).map(({ status }) => status)
  }
  expect(new Set(await states())).toEqual(new Set(['to be run']))
  const { stdout } = await runCli(['migrate', 'up', '--json'], fresh)
  expect((JSON.parse(stdout) as unknown[]).length).toBe((await states()).length)
  expect(new Set(await states())).toEqual(new Set(['done']))
  expect((await runCli(['migrate', 'up'], fresh)).stderr).toBe('none\n')
})

describe('over TLS', () => {
  let tls: PostgresServer
  beforeAll(async () => {
    const owned = (name: string, text: string) => {
      const path = join(server.folder, name)
      writeFileSync(path, text, { mode: 0o600 })
      const { uid, gid } = statSync(join(server.folder, 'data'))
      chownSync(path, uid, gid)
      return path
    }
    tls = await startPostgres({
      settings: [
        'fsync=off',
        'ssl=on',
        `ssl_cert_file=${owned('server.crt', certificates.valid.cert)}`,
        `ssl_key_file=${owned('server.key', certificates.valid.key)}`,
      ],
      access: ['hostssl all all 127.0.0.0/8 scram-sha-256'],
    })
  }, 60_000)
  afterAll(() => tls.close())

  test.each(['require', 'verify-ca', 'verify-full'])(
    'sslmode=%s serves',
    async (mode) => {
      const root = mode === 'require' ? '' : `&sslrootcert=${certificates.authorityFile}`
      const gateway = await spawnGateway(env(`${tls.url()}?sslmode=${mode}${root}`))
      expect(await (await fetch(`${gateway.url}/health`)).json()).toMatchObject({
        services: { database: 'healthy' },
      })
      const encrypted = tls.sql(
        `select distinct ssl from pg_stat_ssl join pg_stat_activity using (pid) where application_name like 'gpt-proxy%'`,
      )
      expect(encrypted).toEqual([{ ssl: true }])
      gateway.signal('SIGTERM')
      expect(await gateway.exited).toBe(0)
    },
    20_000,
  )

  test('a certificate of an unknown authority, or for another name, is refused', async () => {
    const unknown = await refused(`${tls.url()}?sslmode=verify-full`)
    expect(unknown).toContain(': TLS: its certificate is not trusted for this host. Correct the')
    const elsewhere = tls.url().replace('127.0.0.1', '127.0.0.2')
    const root = `sslrootcert=${certificates.authorityFile}`
    const name = await refused(`${elsewhere}?sslmode=verify-full&${root}`)
    expect(name).toContain(': TLS: its certificate is not trusted for this host. Correct the')
  }, 60_000)

  test('without TLS the server refuses, and the remedy names sslmode', async () => {
    expect(await refused(tls.url())).toContain('add ?sslmode=require to DATABASE_URL')
  })
})
