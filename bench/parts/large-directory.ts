/**
 * What 100,000 users, proxy keys and upstream keys do to other requests: `npx bun bench/parts/large-directory.ts
 * [USERS [UPSTREAMS]]`. For each thing that is done: the longest time that the gateway's main thread computed while
 * another request waited for it, so that other work on the machine does not count.
 */
import { Database } from 'bun:sqlite'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { mintProxyKey } from '../../src/access/proxy-key.ts'
import { sha256Hex } from '../../src/main/compose/digest.ts'
import { environmentFor } from '../../test/support/processes/gateway-process.ts'
import { EVERYTHING_ON, FROM_SOURCE, launchGateway, prepareFolder } from '../rig/gateway.ts'
import { startLagProbe } from '../rig/lag-probe.ts'
import { memoryOf, startCpuClock } from '../rig/process-cost.ts'

const [USERS = 100_000, UPSTREAMS = 0] = process.argv.slice(2).map(Number)
const FIRST_USER = 1000
/** A change is noticed within 200 ms; the rest is for the reading. */
const WATCH_MS = 5000

const folder = mkdtempSync(join(tmpdir(), 'gpt-proxy-bench-large-'))
const dataDir = join(folder, 'data')
const env = environmentFor(dataDir, EVERYTHING_ON)

async function command(args: readonly string[], stdin = ''): Promise<void> {
  const clock = performance.now()
  const child = Bun.spawn([...FROM_SOURCE, ...args], {
    env,
    stdin: Buffer.from(stdin),
    stdout: 'ignore',
    stderr: 'inherit',
  })
  if ((await child.exited) !== 0) throw new Error(`${args.join(' ')} failed`)
  const cpuMs = Number(child.resourceUsage()?.cpuTime.total ?? 0) / 1000
  const tookMs = performance.now() - clock
  console.log(
    `${args.join(' ').slice(0, 40).padEnd(42)}CPU ${cpuMs.toFixed(0)} ms, ${tookMs.toFixed(0)} ms in all`,
  )
}

function fill(database: Database): void {
  const user = database.prepare('INSERT INTO users (id, username) VALUES (?, ?)')
  const key = database.prepare(
    "INSERT INTO api_keys (user_id, name, prefix, key_hash) VALUES (?, 'key', ?, ?)",
  )
  database.transaction(() => {
    for (let at = 0; at < USERS; at++) {
      const secret = mintProxyKey(new Uint8Array(randomBytes(96)))
      user.run(FIRST_USER + at, `user${at}`)
      key.run(FIRST_USER + at, secret.slice(0, 13), sha256Hex(secret))
    }
  })()
}

const { proxyKey } = await prepareFolder(dataDir, [{ name: 'first', model: 'm', port: 9 }])
const adminKey = /^ADMIN_KEY=["']?([^"'\n]+)/m.exec(
  readFileSync(join(dataDir, 'first-start.env'), 'utf8'),
)?.[1]
using database = new Database(join(dataDir, 'gpt-proxy.sqlite'))
database.run('PRAGMA busy_timeout=5000')
fill(database)
if (UPSTREAMS > 0) {
  const secrets = Array.from({ length: UPSTREAMS }, (_, at) => `sk-of-the-bench-${at}-0123456789ab`)
  const to = ['--provider', 'compatible', '--base-url', 'http://127.0.0.1:9/v1', '--model', 'm']
  await command(['upstream', 'import', '--stdin', ...to], secrets.join('\n'))
}
for (const list of ['user', 'key', 'upstream']) await command([list, 'list'])

const { pid, origin, startMs, stop } = await launchGateway(dataDir, { startLimitMs: 300_000 })
console.log(
  `start: ${startMs.toFixed(0)} ms, ${memoryOf(pid).residentMb.toFixed(0)} MB with ${USERS} users and keys, ${UPSTREAMS} upstream keys`,
)

async function watched(name: string, act: () => unknown): Promise<void> {
  const probe = await startLagProbe(origin, pid)
  const cpu = startCpuClock(pid)
  await act()
  await Bun.sleep(WATCH_MS)
  const longest = Math.max(...(await probe.stop()).map(({ ownMs }) => ownMs))
  console.log(
    `${name.padEnd(42)}longest ${longest.toFixed(0).padStart(4)} ms, CPU ${(cpu() / 1e6).toFixed(0)} ms`,
  )
}

async function get(path: string, key: string, body?: object): Promise<void> {
  const response = await fetch(`${origin}${path}`, {
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
  })
  await response.arrayBuffer()
}

await watched('nothing', () => {})
await watched('one user was changed', () =>
  database.run('UPDATE users SET email = ? WHERE id = ?', ['a@b.test', FIRST_USER]),
)
await watched('one upstream key was changed', () =>
  database.run("UPDATE upstream_keys SET weight = 7 WHERE name = 'first'"),
)
const chat = { model: 'm', messages: [{ role: 'user', content: 'Hi' }] }
await watched('a chat request, all keys serve its model', () =>
  get('/v1/chat/completions', proxyKey, chat),
)
for (const path of [
  '/admin/v1/overview',
  '/admin/v1/users',
  '/admin/v1/keys',
  '/admin/v1/upstreams',
  '/metrics',
])
  await watched(path, () => get(path, adminKey ?? ''))
await stop()
rmSync(folder, { recursive: true })
