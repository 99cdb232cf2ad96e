/** docs/troubleshooting: a section a check in both languages, the same commands, and those that can run do. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { CHECK_IDS } from '../../src/core/check-ids.ts'
import { type Gateway, startGateway, UPSTREAM_SECRET } from '../support/gateway.ts'
import { makeCertificates } from '../support/mock/certificates.ts'
import { jsonReply, startMockUpstream } from '../support/mock/mock-upstream.ts'
import { PASSWORD, startPostgres } from '../support/servers/postgres-server.ts'
import { REDIS_PASSWORD, startRedis } from '../support/servers/redis-server.ts'
import { startSite } from './nginx.ts'
import { type Shell, shell } from './rig.ts'

const ROOT = join(import.meta.dir, '../..')
const ENGLISH = readFileSync(join(ROOT, 'docs/troubleshooting.md'), 'utf8')
const CHINESE = readFileSync(join(ROOT, 'docs/troubleshooting.zh-CN.md'), 'utf8')

/** The blocks of a language, without the indent of a list; lines that go on are one. */
function commandsIn(text: string, language: string): string[] {
  const blocks = [...text.matchAll(new RegExp(`^( *)\`\`\`${language}\\n(.*?)^ *\`\`\``, 'gms'))]
  return blocks.flatMap(([, indent = '', body = '']) =>
    joined(body.replaceAll(new RegExp(`^${indent}`, 'gm'), '')),
  )
}

function joined(body: string): string[] {
  const commands: string[] = []
  let open = ''
  for (const line of body.trimEnd().split('\n')) {
    open += open === '' ? line : `\n${line}`
    const loop = /^for .*; do$/m.test(open) && !/^done$/m.test(open)
    if (line.endsWith('\\') || loop) continue
    commands.push(open)
    open = ''
  }
  return commands
}

test('both languages have a section for each check, in the order of the report', () => {
  for (const text of [ENGLISH, CHINESE]) {
    const ids = [...text.matchAll(/^## ([A-Z]+-1)/gm)].map(([, id]) => id ?? '')
    expect(ids).toEqual([...CHECK_IDS])
  }
})

test('both languages have the same commands', () => {
  for (const language of ['sh', 'sql', 'nginx'])
    expect(commandsIn(CHINESE, language)).toEqual(commandsIn(ENGLISH, language))
})

/** What needs an engine, a person or the internet: looked at, not run. */
const NOT_RUN =
  /^docker compose (?!exec)|^docker (stats|network)|^sudo |api\.openai\.com|azure\.com/

describe('the commands', () => {
  let gateway: Gateway
  let pasting: Shell
  let env: Record<string, string>
  let sql: (text: string) => unknown
  let place: (line: string) => string
  const closing: (() => unknown)[] = []

  beforeAll(async () => {
    const postgres = await startPostgres()
    closing.unshift(() => postgres.close())
    const redis = await startRedis()
    closing.unshift(() => redis.close())
    const upstream = await startMockUpstream()
    closing.unshift(() => upstream.close())
    upstream.script(() => jsonReply(200, { object: 'list', data: [] }))
    const certificates = makeCertificates()
    closing.unshift(() => certificates.remove())
    const settings: Record<string, string> = {
      POSTGRES_HOST: '127.0.0.1',
      POSTGRES_PORT: String(postgres.port),
      POSTGRES_PASSWORD: PASSWORD,
      REDIS_URL: redis.url,
      ENCRYPTION_KEY: 'f0e1d2c3b4a5968778695a4b3c2d1e0f00112233445566778899aabbccddeeff',
      RATE_LIMIT_KEY_RPM: '1000',
    }
    gateway = await startGateway({
      env: settings,
      upstreams: [{ name: 'main', baseUrl: upstream.url }],
    })
    closing.unshift(() => gateway.stop())
    const site = await startSite(
      (port, folder) => `server { listen 127.0.0.1:${port} ssl;
        ssl_certificate ${folder}/fullchain.pem; ssl_certificate_key ${folder}/privkey.pem;
        location / { proxy_pass http://127.0.0.1:${gateway.port}; proxy_http_version 1.1; } }`,
      { 'fullchain.pem': certificates.valid.cert, 'privkey.pem': certificates.valid.key },
    )
    closing.unshift(() => site.stop())
    pasting = shell({
      nginx: site.program,
      psql: `PGHOST='${postgres.folder}' PGPORT=${postgres.port} exec ${postgresProgram('psql')} "$@"`,
      'redis-cli': `REDISCLI_AUTH='${REDIS_PASSWORD}' exec ${Bun.which('redis-cli')} -p ${redis.port} "$@"`,
    })
    closing.unshift(() => pasting[Symbol.dispose]())
    mkdirSync(join(pasting.folder, 'nginx/ssl'), { recursive: true })
    copyFileSync(
      join(site.folder, 'fullchain.pem'),
      join(pasting.folder, 'nginx/ssl/fullchain.pem'),
    )
    writeFileSync(join(pasting.folder, 'key.txt'), `${UPSTREAM_SECRET}2`)
    await gateway.cli(['user', 'create', 'test'])
    env = {
      PATH: process.env.PATH ?? '',
      HOME: pasting.folder,
      ...settings,
      DATA_DIR: gateway.dataDir,
      PORT: String(gateway.port),
      PUBLIC_URL: `https://127.0.0.1:${site.port}`,
      PROXY_KEY: gateway.proxyKey,
      ADMIN_KEY: gateway.adminKey,
      GATEWAY: gateway.origin,
      NODE_EXTRA_CA_CERTS: certificates.authorityFile,
      CURL_CA_BUNDLE: certificates.authorityFile,
    }
    sql = (text) => postgres.sql(text)
    place = (line) =>
      line
        .replaceAll('gateway.example.com:443', `127.0.0.1:${site.port}`)
        .replaceAll('-servername gateway.example.com', '')
        .replaceAll('gateway.example.com', `127.0.0.1:${site.port}`)
  }, 60_000)
  afterAll(async () => {
    for (const close of closing) await close()
  })

  const lines = commandsIn(ENGLISH, 'sh')
  const run = lines.filter((line) => !NOT_RUN.test(line))

  test.each(run)('%s', async (line) => {
    // A change of the environment applies to the commands after it.
    const pasted = pasting.paste([place(line)], env)
    // The running gateway was not restarted with the new key, which the section says to do first.
    if (/encryption rotate/.test(line)) {
      await expect(pasted).rejects.toThrow('not every running instance has the new encryption key')
      return
    }
    env = { ...env, ...(await pasted) }
    if (/upstream (remove|reset)/.test(line)) await gateway.cli(['upstream', 'list'], { env })
  })

  test.each(commandsIn(ENGLISH, 'sql'))('%s', (line) => {
    sql(line)
  })

  test('of the commands that are not run, each names an existing service', () => {
    const compose = readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8')
    const services = [...compose.matchAll(/^ {2}(\w+):$/gm)].map(([, name]) => name)
    for (const line of lines.filter((one) => NOT_RUN.test(one))) {
      const named = /^docker compose (?:ps|logs|restart|up)[^|>]*?(?: -\S+| \d+)* ([a-z]+)\b/.exec(
        line,
      )
      if (named !== null) expect(services).toContain(named[1])
    }
  })

  test('the commands of a section fix its problem', async () => {
    expect(
      (await gateway.cli(['doctor', '--only', 'QUO-1,DB-1,TLS-1,NGX-1'], { env })).exitCode,
    ).toBe(0)
  })
})

function postgresProgram(name: string): string {
  const found = Bun.spawnSync(['bash', '-c', `ls /usr/lib/postgresql/*/bin/${name} | tail -1`])
  return found.stdout.toString().trim()
}
