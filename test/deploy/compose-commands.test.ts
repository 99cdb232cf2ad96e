/** The commands of docker-compose.yml, run without a container: only ports are put in their places. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { YAML } from 'bun'
import { postgresFolder, SEARCHED } from '../../scripts/needed-programs.ts'
import { type PostgresServer, startPostgres } from '../support/servers/postgres-server.ts'
import { waitFor, within } from '../support/waiting.ts'
import { freePort } from './nginx.ts'

interface Service {
  command?: string[]
  environment: Record<string, string>
  healthcheck: { test: string[] }
}

const text = readFileSync(join(import.meta.dir, '../../docker-compose.yml'), 'utf8')
const { services } = YAML.parse(text) as { services: Record<string, Service> }
const PATH = `${SEARCHED}:${postgresFolder() ?? ''}`

/** `$$` is how such a file writes a dollar sign. */
function healthOf(name: string): string {
  const [kind, command = ''] = services[name]?.healthcheck.test ?? []
  expect(kind).toBe('CMD-SHELL')
  return command.replaceAll('$$', '$')
}

function exitCodeOf(command: string, env: Record<string, string>): number {
  return Bun.spawnSync(['sh', '-c', command], { env: { PATH, ...env } }).exitCode
}

test('Redis starts, requires its password, evicts nothing, and is healthy', async () => {
  const port = await freePort()
  const password = 'compose-canary-5Tq8Zx'
  const [shell = '', option = '', command = ''] = services.redis?.command ?? []
  const words = Object.keys(services.redis?.environment ?? {})
  const env = Object.fromEntries(words.map((name) => [name, password]))
  const started = `${command.replaceAll('$$', '$')} --port ${port} --bind 127.0.0.1`
  const redis = Bun.spawn([shell, option, started], { env: { PATH, ...env }, stdout: 'ignore' })
  try {
    const health = healthOf('redis').replace('redis-cli', `redis-cli -p ${port}`)
    await waitFor('Redis to be healthy', () => exitCodeOf(health, env) === 0)
    expect(exitCodeOf(health, {})).not.toBe(0)
    const cli = ['redis-cli', '-p', String(port), 'config', 'get', 'maxmemory-policy']
    const { stdout } = Bun.spawnSync(cli, { env: { PATH, ...env } })
    expect(stdout.toString()).toContain('noeviction')
  } finally {
    redis.kill('SIGTERM')
    await within('the stop', 10_000, redis.exited)
  }
})

let postgres: PostgresServer
beforeAll(async () => {
  postgres = await startPostgres()
}, 60_000)
afterAll(() => postgres.close(), 20_000)

test('PostgreSQL is found healthy while it answers, and only then', async () => {
  const env = { PGHOST: '127.0.0.1', PGPORT: String(postgres.port) }
  expect(exitCodeOf(healthOf('postgres'), env)).toBe(0)
  expect(exitCodeOf(healthOf('postgres'), { ...env, PGPORT: String(await freePort()) })).not.toBe(0)
})
