/** The environment of a measurement: fast upstreams, and nginx as a bare proxy in front of the same ones. */
import { join } from 'node:path'
import { startNginx } from './nginx.ts'
import { CHAT_REPLY } from './replies.ts'

/** A way to the upstreams: where each kind of request goes, and whose CPU time it costs. */
export interface Way {
  chatPort: number
  /** One port for each pace, in the order that was asked for. */
  streamPorts: readonly number[]
  pid: number
  /** Whose memory it takes. */
  pids: readonly number[]
}

export interface Pace {
  chunks: number
  /** Between two writes. */
  everyMs: number
  /** Chunks in each write. */
  atOnce?: number
}

export interface Surroundings extends AsyncDisposable {
  /** The bare upstreams; the process that is counted is the one of chat completions. */
  direct: Way
  nginx: Way
}

/** `ports` are those of the upstreams, chat completions first. */
export async function startSurroundings(
  paces: readonly Pace[],
  ports: readonly number[] = freePorts(1 + paces.length),
): Promise<Surroundings> {
  await using stack = new AsyncDisposableStack()
  const [chatPort = 0, ...streamPorts] = ports
  const [proxyChatPort = 0, ...proxyStreamPorts] = freePorts(1 + paces.length)
  const streams = await Promise.all(
    paces.map((pace, at) => startStreamProcess(pace, streamPorts[at] as number)),
  )
  for (const stop of streams) stack.defer(stop)

  const upstream = await startNginx(`server {
    listen 127.0.0.1:${chatPort} backlog=4096;
    location / { default_type application/json; return 200 '${CHAT_REPLY}'; }
  }`)
  stack.defer(() => upstream.stop())
  const proxies = streamPorts.map((port, at) =>
    bareProxy(`streams${at}`, proxyStreamPorts[at] as number, port),
  )
  const proxy = await startNginx(bareProxy('chat', proxyChatPort, chatPort) + proxies.join(''))
  stack.defer(() => proxy.stop())
  const parts = stack.move()
  return {
    direct: { chatPort, streamPorts, pid: upstream.workerPid, pids: upstream.pids },
    nginx: {
      chatPort: proxyChatPort,
      streamPorts: proxyStreamPorts,
      pid: proxy.workerPid,
      pids: proxy.pids,
    },
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  }
}

/** Servers of nginx that pass everything on. */
export function bareProxy(name: string, port: number, upstreamPort: number): string {
  return `upstream ${name} { server 127.0.0.1:${upstreamPort}; keepalive 1024; keepalive_requests 100000000; }
  server {
    listen 127.0.0.1:${port} backlog=4096;
    location / { proxy_pass http://${name}; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_buffering off; }
  }
  `
}

/** Returns what stops it. */
async function startStreamProcess(
  { chunks, everyMs, atOnce = 1 }: Pace,
  port: number,
): Promise<() => Promise<void>> {
  const program = join(import.meta.dir, 'stream-upstream.ts')
  const options = { chunks, every: everyMs, 'at-once': atOnce, port }
  const words = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)])
  const child = Bun.spawn([process.execPath, program, ...words], {
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'inherit',
  })
  const { value } = await child.stdout.getReader().read()
  if (Number(new TextDecoder().decode(value)) !== port)
    throw new Error(`the upstream of streams did not start on port ${port}`)
  return async () => {
    child.kill('SIGTERM')
    await child.exited
  }
}

/** Ports for nginx, which can't pick its own: free a moment ago. */
export function freePorts(count: number): number[] {
  const listeners = Array.from({ length: count }, () =>
    Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { data() {} } }),
  )
  for (const listener of listeners) listener.stop(true)
  return listeners.map((listener) => listener.port)
}
