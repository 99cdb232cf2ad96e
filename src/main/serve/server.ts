/** Listens, and stops without losing a request. */

import type { Environment } from '../../config/environment.ts'
import type { Config } from '../../config.ts'
import { OperatorError } from '../../core/operator-error.ts'
import type { DoctorOptions } from '../../doctor/options.ts'
import type { Report } from '../../doctor/report.ts'
import { createApp } from '../../http/app.ts'
import type { AppParts, WebRoutes } from '../../http/route.ts'
import { type BodyMemory, createBodyMemory } from '../../http/server/body-memory.ts'
import { listenForRequests, type WebServer } from '../../http/server/web-server.ts'
import type { Services } from '../../pipeline/services.ts'
import { ownAddress } from '../compose/own-address.ts'
import { examine } from '../doctor/doctor.ts'
import { examineInSubprocess } from '../doctor/examine-in-subprocess.ts'
import { mostClients } from './connection-limit.ts'
import { createDrain } from './drain.ts'

export interface Server {
  /** The address at which this machine reaches it. */
  url: string
  /** The console's address; differs only with ADMIN_LISTEN. */
  adminUrl: string
  /** Fails /readyz, then refuses new connections, lets requests finish for at most `drainMs`, then closes. */
  drain(drainMs: number): Promise<void>
  /** Closes immediately. */
  close(): Promise<void>
}

export interface ServerParts {
  config: Config
  gateway: Services
  databaseHealthy: () => Promise<boolean>
  environment: Environment
  /** Creates the admin API and the console, which need parts that only the server has. */
  web?: (parts: WebServerParts) => WebRoutes
  /** Overrides the configured port; 0 picks a free one. */
  port?: number
}

export interface WebServerParts {
  inFlight: { add(): void; remove(): void }
  doctor: Examine
  bodyMemory: BodyMemory
}

type Examine = (options: DoctorOptions) => Promise<Report>

const POLL_MS = 20
/** Counting the tokens of a stream that was cut loads the tokenizer. */
const SETTLE_MS = 2_000

export function listen({
  config,
  gateway,
  databaseHealthy,
  environment,
  web,
  port = config.port,
}: ServerParts): Server {
  let requests = 0
  const inFlight = { add: () => void requests++, remove: () => void requests-- }
  const drain = createDrain(() => requests, config)
  const doctor: Examine = (options) =>
    config.database === null
      ? examineInSubprocess(environment, options, url)
      : examine(environment, options, url)
  const bodyMemory = createBodyMemory(config.bodyMemoryBytes)
  const webRoutes = web?.({ inFlight, doctor, bodyMemory }) ?? null
  const appOf = (surface: AppParts['surface']) =>
    createApp({
      gateway,
      readiness: { draining: drain.begun, databaseHealthy },
      ...bodyRules(config, bodyMemory),
      allowedOrigins: config.corsAllowOrigins,
      inFlight,
      surface,
      web: surface === 'public' ? null : webRoutes,
    })
  const { adminListen } = config
  const hasOwn = adminListen !== null && webRoutes !== null
  const server = listenAt(gateway, { host: config.host, port }, appOf(hasOwn ? 'public' : 'all'))
  const adminServer = hasOwn ? listenAt(gateway, adminListen, appOf('admin')) : null
  const url = ownAddress(config.host, server.port)
  const adminUrl =
    adminServer === null || adminListen === null
      ? url
      : ownAddress(adminListen.host, adminServer.port)
  const settled = async () => {
    const settledMs = performance.now() + SETTLE_MS
    while (requests > 0 && performance.now() < settledMs) await Bun.sleep(POLL_MS)
  }

  return {
    url,
    adminUrl,
    async drain(drainMs) {
      await drain.run(server, drainMs)
      server.close()
      adminServer?.close()
      // Requests that were cut off still have usage to record.
      await settled()
    },
    async close() {
      server.close()
      adminServer?.close()
    },
  }
}

function bodyRules(
  config: Config,
  memory: BodyMemory,
): Pick<AppParts, 'bodyLimits' | 'uploadLimits'> {
  return {
    bodyLimits: { maxBytes: config.maxBodyBytes, timeoutMs: config.clientBodyTimeoutMs, memory },
    uploadLimits: { maxBytes: config.maxUploadBytes, idleMs: config.clientBodyTimeoutMs },
  }
}

function listenAt(
  { logger, limits }: Services,
  { host, port }: { host: string; port: number },
  answer: ReturnType<typeof createApp>,
): WebServer {
  const most = mostClients()
  return orExplain(host, port, () =>
    listenForRequests({
      hostname: host,
      port,
      mostConnections: most,
      rejectedConnections: (connections) =>
        logger.warn({ connections, most }, 'connections rejected: the connection limit is reached'),
      writeTimeoutMs: limits.clientWriteMs,
      answer,
      failed: (error) =>
        logger.error(
          { error: error instanceof Error ? error.stack : String(error) },
          'internal error; a connection was ended',
        ),
    }),
  )
}

function orExplain(host: string, port: number, open: () => WebServer): WebServer {
  try {
    return open()
  } catch (error) {
    const { code } = error as { code?: string }
    if (code === 'EADDRINUSE') {
      throw new OperatorError(
        'configuration',
        `port ${port} on ${host} is in use by another program`,
        `Stop it, or set PORT to a free one, e.g. PORT=${port + 1}.`,
      )
    }
    if (code === 'EACCES') {
      throw new OperatorError(
        'configuration',
        `port ${port} may not be opened by this user`,
        'Set PORT to one above 1023.',
      )
    }
    throw new OperatorError(
      'configuration',
      `cannot listen on ${host}:${port} (${code ?? String(error)})`,
      'Set HOST to an address of this machine.',
    )
  }
}
