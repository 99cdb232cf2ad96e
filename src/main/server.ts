/** Listens, and stops without losing a request. */

import type { Environment } from '../config/environment.ts'
import type { Config } from '../config.ts'
import { GatewayError } from '../core/errors.ts'
import { createApp } from '../http/app.ts'
import { errorReply, newRequestId } from '../http/refusals.ts'
import type { Gateway } from '../pipeline/gateway.ts'
import { examine } from './doctor/doctor.ts'
import { createDrain } from './drain.ts'
import { StartError } from './start-error.ts'

export interface Server {
  url: string
  /** Fails /readyz, refuses new connections, lets requests finish for at most `drainMs`, then closes. */
  drain(drainMs: number): Promise<void>
  /** Closes at once. */
  close(): Promise<void>
}

export interface ServerParts {
  config: Config
  gateway: Gateway
  databaseHealthy: () => Promise<boolean>
  environment: Environment
  /** Another port than the configured one; 0 picks a free one. */
  port?: number
}

const POLL_MS = 20
/** Counting the tokens of a stream that was cut loads the tokenizer. */
const SETTLE_MS = 2_000

export function listen({
  config,
  gateway,
  databaseHealthy,
  environment,
  port = config.port,
}: ServerParts): Server {
  let requests = 0
  const underWay = { add: () => void requests++, remove: () => void requests-- }
  const drain = createDrain(() => requests, config.drainIdleMs)
  const answer = createApp({
    gateway,
    readiness: { draining: drain.begun, databaseHealthy },
    bodyLimits: { maxBytes: config.maxBodyBytes, timeoutMs: config.clientBodyTimeoutMs },
    underWay,
    doctor: (wish) => examine(environment, wish, url()),
    peerOf: (request) => server.requestIP(request)?.address ?? null,
  })
  const server: Bun.Server<undefined> = serveOrExplain(config.host, port, (request, bun) => {
    // Quiet streams are watched by our own limits; a connection without a request keeps the short one.
    bun.timeout(request, 0)
    // The runtime joins several Host headers; which of them another server believes is not known.
    if (request.headers.get('host')?.includes(',')) return refuseHost()
    const reply = answer(request)
    return drain.begun() ? drain.lastOnItsConnection(reply) : reply
  })

  const url = () =>
    `http://${config.host.includes(':') ? `[${config.host}]` : config.host}:${server.port}`

  return {
    url: url(),
    async drain(drainMs) {
      await drain.run(server.port ?? port, drainMs)
      const cut = requests > 0
      await server.stop(cut)
      // What was cut still has its use to record.
      const settledMs = performance.now() + SETTLE_MS
      while (requests > 0 && performance.now() < settledMs) await Bun.sleep(POLL_MS)
    },
    close: () => server.stop(true),
  }
}

function refuseHost(): Response {
  const refusal = new GatewayError('invalid_request', 'gateway: the request names several hosts.', {
    headers: { connection: 'close' },
  })
  return errorReply(refusal, newRequestId())
}

type Fetch = (request: Request, server: Bun.Server<undefined>) => Response | Promise<Response>

function serveOrExplain(host: string, port: number, fetch: Fetch): Bun.Server<undefined> {
  try {
    return Bun.serve({
      hostname: host,
      port,
      fetch,
      idleTimeout: 30,
      // Ours is kept by http/read-body.ts before a byte is buffered; Bun's own reply would be empty.
      maxRequestBodySize: Number.MAX_SAFE_INTEGER,
      development: false,
      error: () => new Response(null, { status: 500 }),
    })
  } catch (error) {
    const { code } = error as { code?: string }
    if (code === 'EADDRINUSE') {
      throw new StartError(
        `port ${port} on ${host} is in use by another program`,
        `Stop it, or set PORT to a free one, e.g. PORT=${port + 1}.`,
      )
    }
    if (code === 'EACCES') {
      throw new StartError(
        `port ${port} may not be opened by this user`,
        'Set PORT to one above 1023.',
      )
    }
    throw new StartError(
      `cannot listen on ${host}:${port} (${code ?? String(error)})`,
      'Set HOST to an address of this machine.',
    )
  }
}
