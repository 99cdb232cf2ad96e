/**
 * `npx bun bench/parts/objects.ts [TREE…]`: how many objects of each type one chat completion leaves behind in each
 * checkout, which hardly depends on what else the machine does. The median of three rounds counts, because a collection in
 * the middle of one makes it too low.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { median, rounded } from '../rig/figures.ts'
import { EVERYTHING_ON, launchGateway, prepareFolder } from '../rig/gateway.ts'
import { createLoader } from '../rig/load.ts'
import { CHAT_MODEL, CHAT_REQUEST } from '../rig/replies.ts'
import { startSurroundings } from '../rig/surroundings.ts'

const WARM_UP_SECONDS = 8
const CONNECTIONS = 16
/** Of each connection in a round: so few that they cause no collection. */
const REQUESTS = 40
const ROUNDS = 3
const LOOK_EVERY_MS = 5
/** Rarer types are noise. */
const LEAST = 0.5

/** By type. */
type Counts = Record<string, number>

const trees = process.argv.length > 2 ? process.argv.slice(2) : ['.']
await using surroundings = await startSurroundings([])
const { chatPort } = surroundings.direct
const figures = new Map<string, Counts>()
for (const tree of trees) {
  for (const [type, count] of Object.entries(await perRequest(resolve(tree)))) {
    if (count < LEAST) continue
    figures.set(type, { ...figures.get(type), [basename(resolve(tree))]: rounded(count, 1) })
  }
}
console.log(Bun.inspect.table([...figures].map(([type, counts]) => ({ type, ...counts }))))

async function perRequest(tree: string): Promise<Counts> {
  const dataDir = mkdtempSync(join(tmpdir(), 'gpt-proxy-bench-objects-'))
  const file = join(dataDir, 'counts.json')
  const upstreams = [{ name: 'chat', model: CHAT_MODEL, port: chatPort }]
  const { proxyKey } = await prepareFolder(dataDir, upstreams, { tree })
  const preload = join(import.meta.dir, '../rig/object-counts.ts')
  const command = [process.execPath, '--preload', preload, 'src/main.ts']
  const settings = { ...EVERYTHING_ON, COUNTS_FILE: file, BUN_GC_TIMER_DISABLE: '1' }
  const { origin, port, pid, stop } = await launchGateway(dataDir, { tree, command, settings })
  try {
    const loader = await createLoader(dataDir)
    await loader.run({ origin, key: proxyKey, pid }, 64, WARM_UP_SECONDS)
    const clients = await Promise.all(
      Array.from({ length: CONNECTIONS }, () => connected(port, proxyKey)),
    )
    const rounds: Counts[] = []
    for (let round = 0; round < ROUNDS; round++)
      rounds.push(await measureRound(() => countIn(pid, file), clients))
    return medians(rounds)
  } finally {
    await stop()
    rmSync(dataDir, { recursive: true, force: true })
  }
}

async function measureRound(
  count: () => Promise<Counts>,
  clients: readonly (() => Promise<void>)[],
): Promise<Counts> {
  const before = await count()
  await askAll(clients)
  const types = Object.entries(await count())
  const each = (type: string, late: number) =>
    (late - (before[type] ?? 0)) / (CONNECTIONS * REQUESTS)
  return Object.fromEntries(types.map(([type, late]) => [type, each(type, late)]))
}

async function askAll(clients: readonly (() => Promise<void>)[]): Promise<void> {
  await Promise.all(
    clients.map(async (ask) => {
      for (let at = 0; at < REQUESTS; at++) await ask()
    }),
  )
}

async function countIn(pid: number, file: string): Promise<Counts> {
  rmSync(file, { force: true })
  process.kill(pid, 'SIGUSR2')
  while (!existsSync(file)) await Bun.sleep(LOOK_EVERY_MS)
  return JSON.parse(readFileSync(file, 'utf8')) as Counts
}

function medians(rounds: readonly Counts[]): Counts {
  const types = Object.keys(rounds[0] ?? {})
  return Object.fromEntries(
    types.map((type) => [type, median(rounds.map((one) => one[type] ?? 0))] as const),
  )
}

/** One connection, which asks for one completion at a time. */
async function connected(port: number, key: string): Promise<() => Promise<void>> {
  const head = [
    'POST /v1/chat/completions HTTP/1.1',
    'host: 127.0.0.1',
    'content-type: application/json',
    `authorization: Bearer ${key}`,
    `content-length: ${CHAT_REQUEST.length}`,
  ]
  const request = `${head.join('\r\n')}\r\n\r\n${CHAT_REQUEST}`
  let answered = Promise.withResolvers<void>()
  const socket = await Bun.connect({
    hostname: '127.0.0.1',
    port,
    socket: {
      data(_, bytes) {
        if (bytes.includes('"usage"')) answered.resolve()
      },
      close: () => answered.reject(new Error('the gateway closed the connection')),
    },
  })
  return () => {
    answered = Promise.withResolvers<void>()
    socket.write(request)
    return answered.promise
  }
}
