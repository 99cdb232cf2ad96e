/** Listens, and stops without losing a request. */

import {
  countConnections,
  createSharedBodyBudget,
} from '../../adapters/shared-memory/shared-budgets.ts'
import type { Environment } from '../../config/environment.ts'
import type { Config } from '../../config.ts'
import { OperatorError } from '../../core/operator-error.ts'
import type { DoctorOptions } from '../../doctor/options.ts'
import type { Report } from '../../doctor/report.ts'
import { createApp } from '../../http/app.ts'
import type { AppParts, WebRoutes } from '../../http/route.ts'
import { type BodyMemory, createBodyMemory } from '../../http/server/body-memory.ts'
import type { Exchange } from '../../http/server/exchange.ts'
import { listenForRequests, type WebServer } from '../../http/server/web-server.ts'
import type { Services } from '../../pipeline/services.ts'
import type { JournalHealth } from '../../usage/journal.ts'
import type { Sharing } from '../compose/gateway/sharing.ts'
import { ownAddress } from '../compose/own-address.ts'
import { examineInSubprocess } from '../doctor/examine-in-subprocess.ts'
import { mostClients } from './connection-limit.ts'
import { createServerDrain } from './drain.ts'

export interface Server {
  /** The address at which this machine reaches it. */
  url: string
  /** The console's address; differs only with ADMIN_LISTEN. */
  adminUrl: string
  /** Fails /readyz, then refuses new connections, lets requests finish for at most `drainMs`, then closes. */
  drain(drainMs: number): Promise<void>
  /** Closes immediately. */
  close(): Promise<void>
  /** Answers what another thread received from a client of the public port. */
  answer(exchange: Exchange): void
  /** Whether connections close after their replies. */
  isLast(): boolean
  /** Counts requests that another thread answers. */
  inFlight: WebServerParts['inFlight']
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
  /** Null if the process has one thread. */
  sharing?: Sharing | null
  /** In a further thread: answers what concerns the gateway as a whole. */
  answeredElsewhere?: (exchange: Exchange) => void
  /** The journals of other threads. */
  otherJournals?: () => Promise<readonly JournalHealth[]>
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

export function listen(parts: ServerParts): Server {
  const { config, gateway, databaseHealthy, environment, web, port = config.port } = parts
  const { sharing = null, answeredElsewhere = null, otherJournals = async () => [] } = parts
  let requests = 0
  const inFlight = { add: () => void requests++, remove: () => void requests-- }
  const drain = createServerDrain(() => requests, config)
  const doctor: Examine = async (options) => {
    if (config.database === null) return examineInSubprocess(environment, options, url)
    // Loaded by the first examination, so that the server starts sooner.
    const { examine } = await import('../doctor/doctor.ts')
    return examine(environment, options, url)
  }
  const bodyMemory = bodyMemoryOf(config, sharing)
  const webRoutes = web?.({ inFlight, doctor, bodyMemory }) ?? null
  const appOf = (surface: AppParts['surface']) =>
    createApp({
      gateway,
      readiness: { draining: drain.begun, databaseHealthy, otherJournals },
      ...bodyRules(config, bodyMemory),
      allowedOrigins: config.corsAllowOrigins,
      inFlight,
      surface,
      web: elsewhere(answeredElsewhere, surface) ?? (surface === 'public' ? null : webRoutes),
    })
  const { adminListen } = config
  const hasOwn = adminListen !== null && webRoutes !== null
  const answer = appOf(hasOwn || (adminListen !== null && answeredElsewhere) ? 'public' : 'all')
  const server = listenAt(gateway, { host: config.host, port, sharing }, answer)
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
    answer,
    inFlight,
    isLast: server.isLast,
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
  { host, port, sharing = null }: { host: string; port: number; sharing?: Sharing | null },
  answer: ReturnType<typeof createApp>,
): WebServer {
  const most = mostClients()
  const shared = sharing && { sharesPort: true, count: countConnections(sharing.memory) }
  return orExplain(host, port, () => {
    if (sharing?.index === 0) assertUnused(host, port)
    return listenForRequests({
      ...shared,
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
    })
  })
}

/** A port that is to be shared could be opened although another gateway of this user shares it. */
function assertUnused(hostname: string, port: number): void {
  if (port !== 0) Bun.listen({ hostname, port, socket: { data() {} } }).stop(true)
}

function bodyMemoryOf({ bodyMemoryBytes: most }: Config, sharing: Sharing | null): BodyMemory {
  return sharing === null
    ? createBodyMemory(most)
    : createBodyMemory(most, createSharedBodyBudget(sharing.memory, most))
}

/** What only the first thread can answer; with a listener of its own for administration that is little. */
function elsewhere(
  handler: ServerParts['answeredElsewhere'] | null,
  surface: AppParts['surface'],
): WebRoutes | null {
  if (handler == null) return null
  const paths =
    surface === 'all' ? /^\/(admin|console)(\/|$)|^\/(metrics|health)\/?$/ : /^\/health\/?$/
  return { serves: (path) => paths.test(path), handler }
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
