/** What `npm run bench` measures: the gateway of this tree with everything on, and its environment. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startPostgres } from '../../test/support/servers/postgres-server.ts'
import { startRedis } from '../../test/support/servers/redis-server.ts'
import type { Candidate } from './candidates.ts'
import {
  AS_INSTALLED,
  EVERYTHING_ON,
  type Folder,
  launchGateway,
  prepareFolder,
  type RunningGateway,
  usageRows,
} from './gateway.ts'
import { BURST_MODEL, CHAT_MODEL, STREAM_MODEL } from './replies.ts'
import { type Pace, startSurroundings, type Way } from './surroundings.ts'

export interface Rig extends AsyncDisposable {
  folder: Folder
  gateway: RunningGateway
  direct: Way
  nginx: Way
  /** Other gateways on the same work. */
  peers: readonly Candidate[]
  /** Usage records in the store. */
  recorded(): number
}

interface RigOptions {
  /** Of single events, and of bursts. */
  paces: readonly [Pace, Pace]
  /** On PostgreSQL and Redis, as one of several instances would be. */
  several: boolean
  /** Gateways that run already, as `readPeer` reads them, and the ports of the upstreams that they know. */
  peers?: readonly Candidate[]
  ports?: readonly number[] | undefined
}

export async function startRig({ paces, several, peers = [], ports }: RigOptions): Promise<Rig> {
  await using stack = new AsyncDisposableStack()
  const dataDir = mkdtempSync(join(tmpdir(), 'gpt-proxy-bench-'))
  stack.defer(() => rmSync(dataDir, { recursive: true, force: true }))
  const { direct, nginx } = stack.use(await startSurroundings(paces, ports))

  const services = several ? await startServices(stack) : null
  const settings = { ...EVERYTHING_ON, ...services?.settings }
  const upstreams = [
    { name: 'chat', model: CHAT_MODEL, port: direct.chatPort },
    { name: 'streams', model: STREAM_MODEL, port: direct.streamPorts[0] as number },
    { name: 'bursts', model: BURST_MODEL, port: direct.streamPorts[1] as number },
  ]
  const folder = await prepareFolder(dataDir, upstreams, { settings })
  const gateway = await launchGateway(dataDir, { settings, command: AS_INSTALLED })
  stack.defer(() => gateway.stop())
  const parts = stack.move()
  return {
    folder,
    gateway,
    direct,
    nginx,
    peers,
    recorded: services?.recorded ?? (() => usageRows(dataDir)),
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  }
}

async function startServices(stack: AsyncDisposableStack) {
  const postgres = await startPostgres()
  stack.defer(() => postgres.close())
  const redis = await startRedis()
  stack.defer(() => redis.close())
  return {
    settings: {
      DATABASE_URL: postgres.url(),
      REDIS_URL: redis.url,
      ENCRYPTION_KEY: '0123456789abcdef'.repeat(4),
    },
    recorded: () => Number(postgres.sql('select count(*) as n from usage_records')[0]?.n),
  }
}
