/** Redis gone, keys revoked, wrong passwords and keys: found, fixed by the printed commands, healthy. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startGateway, UPSTREAM_SECRET } from '../support/gateway.ts'
import { jsonReply, startMockUpstream } from '../support/mock/mock-upstream.ts'
import { environmentFor, runCli } from '../support/processes/gateway-process.ts'
import { PASSWORD, type PostgresServer, startPostgres } from '../support/servers/postgres-server.ts'
import { REDIS_PASSWORD, startRedis } from '../support/servers/redis-server.ts'
import { waitFor } from '../support/waiting.ts'
import { doctor, shell } from './rig.ts'

let postgres: PostgresServer
beforeAll(async () => {
  postgres = await startPostgres()
}, 60_000)
afterAll(() => postgres.close())

const KEY = 'f0e1d2c3b4a5968778695a4b3c2d1e0f00112233445566778899aabbccddeeff'

test('LIM-1 finds a stopped Redis and its eviction policy, and the printed commands fix both', async () => {
  const redis = await startRedis()
  const settings = { REDIS_URL: redis.url, RATE_LIMIT_KEY_RPM: '100' }
  const gateway = await startGateway({ env: settings })
  using pasting = shell()
  const env = environmentFor(gateway.dataDir, { ...settings, PORT: String(gateway.port) })
  const secrets = [REDIS_PASSWORD, gateway.proxyKey]
  try {
    redis.cli('config', 'set', 'maxmemory-policy', 'allkeys-lru')
    const evicting = await doctor(env, 'LIM-1', { secrets })
    expect(evicting.found('lim.ok').seen).toContain('200, 200, 200, 429')
    await pasting.paste(evicting.found('lim.eviction').commands, {
      ...env,
      REDISCLI_AUTH: REDIS_PASSWORD,
    })
    expect((await doctor(env, 'LIM-1')).codes).toEqual(['lim.redis', 'lim.ok'])

    await redis.stop()
    const lost = await doctor(env, 'LIM-1', { secrets })
    expect(lost.exitCode).toBe(1)
    // Alone it keeps its limits.
    expect(lost.found('lim.ok').seen).toContain('200, 200, 200, 429')
    const [start = ''] = lost.found('lim.redis-away').commands
    await pasting.paste([start], env)
    expect(pasting.calls()).toContain('docker compose up -d redis')
    await redis.start()
    redis.cli('config', 'set', 'maxmemory-policy', 'noeviction')
    const well = await waitFor(
      'the gateway to find Redis again',
      async () => {
        const again = await doctor(env, 'LIM-1')
        return again.check.verdict === 'ok' ? again : null
      },
      20_000,
    )
    expect(well.codes).toEqual(['lim.redis', 'lim.fail-open', 'lim.ok'])
  } finally {
    await gateway.stop()
    await redis.close()
  }
})

test('LIM-1 counts the instances that share a database without Redis, each once', async () => {
  const DATABASE_URL = postgres.url(postgres.createDatabase())
  const env = { DATABASE_URL, ENCRYPTION_KEY: KEY, RATE_LIMIT_KEY_RPM: '100', THREADS: '2' }
  const one = await startGateway({ env })
  const asked = () =>
    doctor(environmentFor(one.dataDir, { ...env, PORT: String(one.port) }), 'LIM-1')
  try {
    expect((await asked()).codes).not.toContain('lim.several')
    const other = await startGateway({ env })
    try {
      expect((await asked()).found('lim.several').seen).toContain('2')
    } finally {
      await other.stop()
    }
    expect((await asked()).codes).not.toContain('lim.several')
  } finally {
    await one.stop()
  }
})

test('UPS-1 finds the revoked upstream key, and replacing it fixes the problem', async () => {
  const mock = await startMockUpstream()
  const fresh = 'sk-fresh-9Zx2Lm7Qw4Rt1Vb8'
  const gateway = await startGateway({ upstreams: [{ name: 'main', baseUrl: mock.url }] })
  using pasting = shell()
  const env = environmentFor(gateway.dataDir, { PORT: String(gateway.port) })
  mock.script(({ headers }) =>
    headers.authorization === `Bearer ${fresh}`
      ? jsonReply(200, { object: 'list', data: [] })
      : jsonReply(401, { error: { message: 'revoked', code: 'invalid_api_key' } }),
  )
  try {
    const refused = await gateway.chat({
      model: 'gpt-4o-mini',
      messages: [{ role: 'user', content: 'Hi' }],
    })
    const { error } = (await refused.json()) as { error: { doctor: string } }
    expect(error.doctor).toBe('UPS-1')
    const ill = await doctor(env, 'UPS-1', { secrets: [UPSTREAM_SECRET] })
    expect(ill.exitCode).toBe(1)
    const { commands, evidence } = ill.found('ups.dead')
    expect([evidence.upstream, evidence.status]).toEqual(['main', 401])
    writeFileSync(join(pasting.folder, 'key.txt'), fresh)
    await pasting.paste(commands, env)
    const well = await doctor(env, 'UPS-1', { secrets: [fresh] })
    expect([well.codes, well.exitCode]).toEqual([['ups.ok'], 0])

    await gateway.cli(['upstream', 'disable', 'main'])
    const off = await doctor(env, 'UPS-1', { args: ['--model', 'gpt-4o-mini'] })
    expect(off.codes).toEqual(['ups.disabled', 'ups.unserved'])
    await pasting.paste(off.found('ups.disabled').commands, env)
    expect((await doctor(env, 'UPS-1')).codes).toEqual(['ups.ok'])
  } finally {
    await gateway.stop()
    await mock.close()
  }
})

test('DB-1 names the failing step, and the printed command fixes the password', async () => {
  using data = shell()
  const settings = { POSTGRES_HOST: '127.0.0.1', POSTGRES_PORT: String(postgres.port) }
  const env = environmentFor(join(data.folder, 'data'), {
    ...settings,
    ENCRYPTION_KEY: KEY,
    POSTGRES_PASSWORD: PASSWORD,
  })
  expect((await runCli(['init'], env)).exitCode).toBe(0)
  const well = await doctor(env, 'DB-1', { secrets: [PASSWORD] })
  expect([well.codes, well.exitCode]).toEqual([['db.ok'], 0])

  const wrong = 'pg-other-3Kd8Wm2Xc9'
  const locked: Record<string, string> = { ...env, POSTGRES_PASSWORD: wrong }
  const ill = await doctor(locked, 'DB-1', { secrets: [wrong, PASSWORD] })
  expect(ill.exitCode).toBe(1)
  // psql in the database's own container asks for no password.
  await data.paste(ill.found('db.password').commands, {
    ...locked,
    PATH: `${postgresPrograms()}:${locked.PATH}`,
    PGHOST: postgres.folder,
    PGPORT: String(postgres.port),
  })
  expect((await doctor(locked, 'DB-1')).codes).toEqual(['db.ok'])
  postgres.sql(`alter user gpt_proxy password '${PASSWORD}'`)

  const steps: [string, Record<string, string>][] = [
    ['db.name', { POSTGRES_HOST: 'nowhere.invalid' }],
    ['db.tcp', { POSTGRES_PORT: '1' }],
    ['db.database', { POSTGRES_DB: 'elsewhere' }],
  ]
  for (const [code, change] of steps)
    expect((await doctor({ ...env, ...change }, 'DB-1')).codes).toEqual([code])
  const noTls = `${postgres.url()}?sslmode=require`
  const { POSTGRES_HOST: _, POSTGRES_PORT: __, POSTGRES_PASSWORD: ___, ...bare } = env
  expect((await doctor({ ...bare, DATABASE_URL: noTls }, 'DB-1')).codes).toEqual(['db.tls'])
})

function postgresPrograms(): string {
  return join(
    Bun.spawnSync(['bash', '-c', 'ls -d /usr/lib/postgresql/*/bin | tail -1'])
      .stdout.toString()
      .trim(),
  )
}

test('DB-1 finds the read-only embedded store, and the printed command fixes it', async () => {
  using data = shell()
  const folder = join(data.folder, 'data')
  const env = environmentFor(folder)
  expect((await runCli(['init'], env)).exitCode).toBe(0)
  const nobody = Bun.spawnSync(['id', '-u', 'nobody']).stdout.toString().trim()
  const asNobody = (args: string[]) => {
    const user = ['setpriv', `--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups', '--']
    const main = join(import.meta.dir, '../../src/main.ts')
    const { stdout } = Bun.spawnSync(
      [...user, process.execPath, main, 'doctor', '--json', '--only', 'DB-1', ...args],
      { env },
    )
    return JSON.parse(stdout.toString()) as {
      verdict: string
      checks: [{ findings: [{ code: string; commands: string[] }] }]
    }
  }
  chmodSync(folder, 0o755)
  const ill = asNobody([])
  const [
    {
      findings: [first],
    },
  ] = ill.checks
  expect([ill.verdict, first.code]).toEqual(['failure', 'db.folder'])
  await data.paste(first.commands, env)
  expect(asNobody([]).verdict).toBe('ok')
})

test('ENC-1 finds the changed key, and the printed commands make all rows decryptable again', async () => {
  using data = shell()
  const env = environmentFor(join(data.folder, 'data'))
  expect((await runCli(['init'], env)).exitCode).toBe(0)
  expect((await runCli(['upstream', 'add', 'main'], env, UPSTREAM_SECRET)).exitCode).toBe(0)
  expect((await doctor(env, 'ENC-1')).codes).toEqual(['enc.ok'])

  const changed = { ...env, ENCRYPTION_KEY: KEY }
  const ill = await doctor(changed, 'ENC-1', { secrets: [KEY, UPSTREAM_SECRET] })
  expect(ill.exitCode).toBe(1)
  await data.paste(ill.found('enc.file-opens').commands, changed)
  const well = await doctor(changed, 'ENC-1')
  expect([well.codes, well.exitCode]).toEqual([['enc.ok'], 0])

  const near: [string, string][] = [
    ['enc.quotes', `"${KEY}"`],
    ['enc.newline', `${KEY}\n`],
    ['enc.space', ` ${KEY}`],
    ['enc.prefix', `0x${KEY}`],
    ['enc.base64', Buffer.from(KEY).toString('base64')],
  ]
  for (const [code, text] of near) {
    const missed = { ...env, ENCRYPTION_KEY: text }
    const found = await doctor(missed, 'ENC-1', { secrets: [KEY] })
    expect([found.exitCode, found.codes]).toEqual([1, ['config', code]])
    const mended = await data.paste(found.found(code).commands, missed)
    expect((await doctor(mended, 'ENC-1')).codes).toEqual(['enc.ok'])
  }
  const lost = await doctor({ ...env, ENCRYPTION_KEY: KEY.replaceAll('f', '7') }, 'ENC-1')
  expect(lost.codes).toEqual(['enc.lost'])
})
