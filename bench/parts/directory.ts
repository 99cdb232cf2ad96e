/** What 100,000 proxy keys cost: CPU a request compared with 10 keys, and what a reload of them does to other requests. */
import { Database } from 'bun:sqlite'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { mintProxyKey } from '../../src/access/proxy-key.ts'
import { sha256Hex } from '../../src/main/compose/digest.ts'
import { median, percentile } from '../rig/figures.ts'
import { launchGateway, prepareFolder, type RunningGateway } from '../rig/gateway.ts'
import { startNginx } from '../rig/nginx.ts'
import { memoryOf, startCpuClock } from '../rig/process-cost.ts'
import { ensureProgram } from '../rig/programs.ts'
import { CHAT_MODEL, CHAT_REPLY, CHAT_REQUEST } from '../rig/replies.ts'

/** Two processes of the same program differ by several per cent, so there are several pairs of them. */
const PAIRS = 6
const ROUNDS = 3
const SECONDS = 2
const CONNECTIONS = 64
const RELOADS = 8
/** More than this, and the cost is not flat: exit code 1. */
const MAX_TIMES = 1.1
/** Only so many are asked with: what many of them at once cost the ledger is another question. */
const ACTIVE = 10

interface Side {
  dataDir: string
  keysFile: string
}

interface RunningSide extends Side {
  gateway: RunningGateway
}

/** The active ones are spread over all of them. */
async function withKeys(count: number, upstreamPort: number, folder: string): Promise<Side> {
  const dataDir = join(folder, `keys-${count}`)
  await prepareFolder(dataDir, [{ name: 'chat', model: CHAT_MODEL, port: upstreamPort }])
  const keys = Array.from({ length: count }, () => mintProxyKey(new Uint8Array(randomBytes(96))))
  using database = new Database(join(dataDir, 'gpt-proxy.sqlite'))
  const insert = database.prepare(
    'INSERT INTO api_keys (user_id, name, prefix, key_hash) VALUES (2, ?, ?, ?)',
  )
  database.transaction(() => {
    for (const [at, key] of keys.entries())
      insert.run(`key ${at}`, key.slice(0, 13), sha256Hex(key))
  })()
  const keysFile = join(folder, `keys-${count}.txt`)
  const step = Math.floor(count / ACTIVE)
  await Bun.write(keysFile, keys.filter((_, at) => at % step === 0).join('\n'))
  return { dataDir, keysFile }
}

async function running(side: Side): Promise<RunningSide> {
  return { ...side, gateway: await launchGateway(side.dataDir) }
}

/** CPU microseconds of the gateway for each request. */
async function load({ gateway, keysFile }: RunningSide, requestFile: string): Promise<number> {
  const cpu = startCpuClock(gateway.pid)
  const script = join(import.meta.dir, 'wrk-keys.lua')
  const limits = ['-t1', `-c${CONNECTIONS}`, `-d${SECONDS}s`]
  const url = `${gateway.origin}/v1/chat/completions`
  const child = Bun.spawn(
    [ensureProgram('wrk'), ...limits, '-s', script, url, '--', keysFile, requestFile],
    { stdout: 'pipe', stderr: 'inherit' },
  )
  const output = await new Response(child.stdout).text()
  const used = cpu()
  const line = output.split('\n').find((one) => one.startsWith('{')) ?? '{}'
  const { requests = 0, wrong = 1 } = JSON.parse(line) as { requests?: number; wrong?: number }
  if (wrong > 0 || requests === 0) throw new Error(`${wrong} wrong replies:\n${output}`)
  return used / 1000 / requests
}

/** How long a request that needs nothing waits, asked again and again. */
async function latencies(origin: string, untilMs: number): Promise<number[]> {
  const times: number[] = []
  while (performance.now() < untilMs) {
    const startedMs = performance.now()
    await (await fetch(`${origin}/livez`)).text()
    times.push(performance.now() - startedMs)
  }
  return times
}

async function whileReloading({ gateway, dataDir }: RunningSide): Promise<number[]> {
  using database = new Database(join(dataDir, 'gpt-proxy.sqlite'))
  database.run('PRAGMA busy_timeout=5000')
  const untilMs = performance.now() + RELOADS * 1000
  const timer = setInterval(
    () => database.run('UPDATE users SET email = ? WHERE id = 2', [`${performance.now()}@x.test`]),
    1000,
  )
  const times = await latencies(gateway.origin, untilMs)
  clearInterval(timer)
  return times
}

const folder = mkdtempSync(join(tmpdir(), 'gpt-proxy-bench-directory-'))
const upstreamPort = 20_000 + Math.floor(Math.random() * 10_000)
const upstream = await startNginx(`server {
  listen 127.0.0.1:${upstreamPort} backlog=4096;
  location / { default_type application/json; return 200 '${CHAT_REPLY}'; }
}`)
const requestFile = join(folder, 'request.json')
await Bun.write(requestFile, CHAT_REQUEST)
const sides = {
  few: await withKeys(10, upstreamPort, folder),
  many: await withKeys(100_000, upstreamPort, folder),
}
const rounds: { few: number; many: number }[] = []
for (let pair = 0; pair < PAIRS; pair++) {
  const few = await running(sides.few)
  const many = await running(sides.many)
  if (pair === 0) await reportReloads(few, many)
  for (const side of [few, many, few, many]) await load(side, requestFile)
  for (let round = 0; round < ROUNDS; round++)
    rounds.push({ few: await load(few, requestFile), many: await load(many, requestFile) })
  await few.gateway.stop()
  await many.gateway.stop()
}
const cost = (side: 'few' | 'many') => median(rounds.map((round) => round[side]))
console.log(
  `CPU a request: ${cost('few').toFixed(1)} µs with 10 keys, ${cost('many').toFixed(1)} µs with 100,000; ` +
    `ratio ${(cost('many') / cost('few')).toFixed(3)} (medians of ${PAIRS} pairs of processes, ${ROUNDS} rounds each, in turn)`,
)
await upstream.stop()
rmSync(folder, { recursive: true })
process.exitCode = cost('many') / cost('few') <= MAX_TIMES ? 0 : 1

/** Before the load, which leaves records to be stored. */
async function reportReloads(few: RunningSide, many: RunningSide): Promise<void> {
  for (const [name, side] of Object.entries({ '10': few, '100,000': many })) {
    const { startMs, pid, origin } = side.gateway
    console.log(
      `${name} keys: start ${startMs.toFixed(0)} ms, idle ${memoryOf(pid).residentMb.toFixed(0)} MB`,
    )
    const quiet = await latencies(origin, performance.now() + 4000)
    const reloading = await whileReloading(side)
    console.log(
      `${name} keys: longest wait ${Math.max(...quiet).toFixed(1)} ms when quiet (p99 ${percentile(quiet, 99).toFixed(1)}), ` +
        `${Math.max(...reloading).toFixed(1)} ms over ${RELOADS - 1} reloads (p99 ${percentile(reloading, 99).toFixed(1)})`,
    )
  }
}
