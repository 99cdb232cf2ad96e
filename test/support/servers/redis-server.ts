/** A real Redis of a test's own, on a free port, without a file. */
import { waitFor } from '../waiting.ts'

export interface RedisServer {
  port: number
  password: string
  url: string
  /** One command at redis-cli, as an operator gives it. */
  cli(...command: string[]): string
  start(): Promise<void>
  stop(): Promise<void>
  /** Stops it in the middle, or lets it go on. */
  freeze(): void
  thaw(): void
  close(): Promise<void>
}

export const REDIS_PASSWORD = 'redis-canary-8Kx3Qv7Tz2'

export async function startRedis({ started = true } = {}): Promise<RedisServer> {
  const port = freePort()
  let running: Bun.Subprocess | null = null

  const cli = (...command: string[]): string => {
    const { stdout, stderr } = Bun.spawnSync(['redis-cli', '-p', String(port), ...command], {
      env: { ...process.env, REDISCLI_AUTH: REDIS_PASSWORD },
    })
    return (stdout.toString() + stderr.toString()).trim()
  }
  const server: RedisServer = {
    port,
    password: REDIS_PASSWORD,
    url: `redis://:${REDIS_PASSWORD}@127.0.0.1:${port}`,
    cli,
    async start() {
      const settings = ['--port', String(port), '--bind', '127.0.0.1', '--save', '']
      running = Bun.spawn(['redis-server', ...settings, '--requirepass', REDIS_PASSWORD], {
        stdin: 'ignore',
        stdout: 'ignore',
        stderr: 'inherit',
      })
      await waitFor('Redis', () => cli('PING') === 'PONG', 20_000)
    },
    async stop() {
      running?.kill('SIGKILL')
      await running?.exited
      running = null
    },
    freeze: () => void running?.kill('SIGSTOP'),
    thaw: () => void running?.kill('SIGCONT'),
    close: () => server.stop(),
  }
  if (started) await server.start()
  return server
}

function freePort(): number {
  const listener = Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { data() {} } })
  const { port } = listener
  listener.stop(true)
  return port
}
