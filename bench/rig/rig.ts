/** What is measured, and beside what: fast upstreams, the gateway, and nginx as a bare proxy, all started here. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startPostgres } from '../../test/support/servers/postgres-server.ts'
import { startRedis } from '../../test/support/servers/redis-server.ts'
import {
  EVERYTHING_ON,
  type Folder,
  FROM_SOURCE,
  launchGateway,
  prepareFolder,
  type RunningGateway,
  usageRows,
} from './gateway.ts'
import { startNginx } from './nginx.ts'
import { CHAT_MODEL, CHAT_REPLY, STREAM_MODEL } from './replies.ts'

export interface Rig extends AsyncDisposable {
  folder: Folder
  gateway: RunningGateway
  direct: Way
  nginx: Way
  /** Usage records in the store. */
  recorded(): number
}

/** A way to the upstreams: where chat completions and where streams are asked for, and whose CPU it costs. */
export interface Way {
  chatPort: number
  streamPort: number
  pid: number
  /** Whose memory it takes. */
  pids: readonly number[]
}

export interface Pace {
  chunks: number
  everyMs: number
}

/** `several`: on PostgreSQL and Redis, as one of several instances would be. */
export async function startRig(pace: Pace, several = false): Promise<Rig> {
  await using stack = new AsyncDisposableStack()
  const dataDir = mkdtempSync(join(tmpdir(), 'gpt-proxy-bench-'))
  stack.defer(() => rmSync(dataDir, { recursive: true, force: true }))
  const [chatPort, proxyChatPort, proxyStreamPort] = freePorts(3)
  const streams = await startStreamProcess(pace)
  stack.defer(() => streams.stop())

  const upstream = await startNginx(`server {
    listen 127.0.0.1:${chatPort} backlog=4096;
    location / { default_type application/json; return 200 '${CHAT_REPLY}'; }
  }`)
  stack.defer(() => upstream.stop())
  const proxy = await startNginx(
    bareProxy('chat', proxyChatPort, chatPort) +
      bareProxy('streams', proxyStreamPort, streams.port),
  )
  stack.defer(() => proxy.stop())

  const services = several ? await startServices(stack) : null
  const settings = { ...EVERYTHING_ON, ...services?.settings }
  const upstreams = [
    { name: 'chat', model: CHAT_MODEL, port: chatPort },
    { name: 'streams', model: STREAM_MODEL, port: streams.port },
  ]
  const folder = await prepareFolder(dataDir, upstreams, settings)
  const gateway = await launchGateway(dataDir, FROM_SOURCE, settings)
  stack.defer(() => gateway.stop())
  const parts = stack.move()
  return {
    folder,
    gateway,
    direct: {
      chatPort,
      streamPort: streams.port,
      pid: upstream.workerPid,
      pids: upstream.pids,
    },
    recorded: services?.recorded ?? (() => usageRows(dataDir)),
    nginx: {
      chatPort: proxyChatPort,
      streamPort: proxyStreamPort,
      pid: proxy.workerPid,
      pids: proxy.pids,
    },
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

function bareProxy(name: string, port: number, upstreamPort: number): string {
  return `upstream ${name} { server 127.0.0.1:${upstreamPort}; keepalive 1024; keepalive_requests 100000000; }
  server {
    listen 127.0.0.1:${port} backlog=4096;
    location / { proxy_pass http://${name}; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_buffering off; }
  }
  `
}

async function startStreamProcess({
  chunks,
  everyMs,
}: Pace): Promise<{ port: number; stop(): Promise<void> }> {
  const program = join(import.meta.dir, 'stream-upstream.ts')
  const child = Bun.spawn(
    [process.execPath, program, '--chunks', String(chunks), '--every', String(everyMs)],
    {
      stdin: 'ignore',
      stdout: 'pipe',
      stderr: 'inherit',
    },
  )
  const { value } = await child.stdout.getReader().read()
  const port = Number(new TextDecoder().decode(value))
  if (!(port > 0)) throw new Error('the upstream of streams did not start')
  return {
    port,
    async stop() {
      child.kill('SIGTERM')
      await child.exited
    },
  }
}

/** Ports for nginx, which can't pick its own: free a moment ago. */
function freePorts(count: 3): [number, number, number] {
  const listeners = Array.from({ length: count }, () =>
    Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { data() {} } }),
  )
  const [first, second, third] = listeners.map((listener) => listener.port)
  for (const listener of listeners) listener.stop(true)
  if (first === undefined || second === undefined || third === undefined)
    throw new Error('no free ports')
  return [first, second, third]
}
