/** The `serve` command: prepare, listen, print the banner, and stop cleanly on a signal. */

import { createPinoLogger } from '../../adapters/log/pino-logger.ts'
import { holdProcessLock } from '../../adapters/sql/sqlite/process-lock.ts'
import type { Admin } from '../../admin/admin.ts'
import { allUpstreamKeys } from '../../admin/pages.ts'
import type { Environment } from '../../config/environment.ts'
import type { Config } from '../../config.ts'
import { languageFrom } from '../../doctor/text.ts'
import { commandHere } from '../compose/command-here.ts'
import { addConsoleLink, correctBaseUrl, removeFirstStart } from '../compose/first-start-file.ts'
import { type Seams, startGateway } from '../compose/gateway.ts'
import { instanceIdIn } from '../compose/instance-id.ts'
import { formerThreads, journalFolderIn, orphanedJournals } from '../compose/journal-folder.ts'
import { assertOpensSomething } from '../compose/keys.ts'
import { GATEWAY_ACTOR, openStore, prepareStore } from '../compose/open-admin.ts'
import { outgoingProxy } from '../compose/outgoing-proxy.ts'
import { consoleLinkOf } from '../console/console-link.ts'
import { createWeb } from '../console/web-routes.ts'
import { recoverFormerThreads } from '../threads/former-threads.ts'
import { createHub, type Hub } from '../threads/hub.ts'
import { banner } from './banner.ts'
import { announceInstance } from './instance-notice.ts'
import { logStyle } from './log-style.ts'
import { startRetention } from './retention.ts'
import { listen, type Server, type ServerParts } from './server.ts'
import { endAll, finish, stopped, stopSignal } from './stopping.ts'

export async function runServer(
  config: Config,
  environment: Environment,
  seams: Seams = {},
): Promise<number> {
  const logger = createPinoLogger(config.logLevel, logStyle(environment))
  const hub = config.threads > 1 ? createHub(config.threads) : null
  const { store, vault, admin, report, releaseLock } = await openPrepared(config, logger, hub)
  const instanceId = instanceIdIn(config.dataDir)
  const former = formerThreads(config.dataDir)
  hub?.start({
    ...{ environment, instanceId },
    module: seams.frontThread ?? null,
    connectLedger: store.connectLedger,
    failed: (thread, reason) => endAll(logger, { thread, reason }),
  })
  const running = await startGateway({
    ...{ config, store, vault, logger, instanceId, seams },
    proxyFor: outgoingProxy(config.outgoingProxies),
    quotaLedger: store.quotas,
    journalFolder: journalFolderIn(config.dataDir),
    orphans: orphanedJournals(config.dataDir),
    sharing: hub?.sharing ?? null,
  })
  const { gateway } = running
  void recoverFormerThreads({ config, store, logger, instanceId, former, seams })
  const noticed = { store, vault, logger, instanceId, keyActivity: gateway.keyActivity }
  const retract = await announceInstance(noticed)
  const web = createWeb({ config, environment, instanceId, services: gateway, vault })
  const stopRetention = startRetention({
    days: config.usageRetentionDays,
    deleteBefore: store.deleteRecordsBefore,
    tendPartitions: store.tendPartitions,
    logger,
  })
  const shutDown = async () => {
    stopRetention()
    await retract()
    await web.close()
    await hub?.stop()
    await running.stop()
    await store.close()
    releaseLock()
  }
  await hub?.ready()
  const server = await listening(
    {
      ...{ config, gateway, environment, web: web.routes },
      databaseHealthy: () => answers(store),
      sharing: hub?.sharing ?? null,
      otherJournals: async () => hub?.journals() ?? [],
    },
    shutDown,
  )
  const shown = { ...server, seen: gateway.live.absorb }
  await hub?.listen(Number(new URL(server.url).port), shown)
  // Before announcing that it runs: a reader of the announcement may stop it immediately.
  const stop = stopSignal()
  await announce(logger, {
    config,
    environment,
    admin,
    report,
    server,
    upstreams: gateway.directory.allUpstreams().length,
  })
  await stopped(logger, stop, config.drainMs)
  await Promise.all([server.drain(config.drainMs), hub?.drain(config.drainMs)])
  const code = await finish(logger, shutDown)
  // Further threads would keep the process alive.
  process.exit(code)
}

/** The store, which no other gateway uses, with what the first start makes. */
async function openPrepared(
  config: Config,
  logger: ReturnType<typeof createPinoLogger>,
  hub: Hub | null,
) {
  const { store, vault, admin } = await openStore(config, {
    logger,
    leaseCalls: hub?.leaseCalls,
    ifMissing: 'make it',
    warn: (message) => logger.warn({}, message),
  })
  const releaseLock = holdProcessLock(config.dataDir)
  assertOpensSomething(vault, await allUpstreamKeys(store))
  const report = await prepareStore({ admin, exclusively: store.exclusively }, config)
  return { store, vault, admin, report, releaseLock }
}

interface Started {
  config: Config
  environment: Environment
  admin: Admin
  report: Awaited<ReturnType<typeof prepareStore>>
  server: Server
  /** How many provider keys can be used. */
  upstreams: number
}

/** The banner on standard output, and a line in the log. */
async function announce(
  logger: ReturnType<typeof createPinoLogger>,
  { config, environment, admin, report, server, upstreams }: Started,
): Promise<void> {
  correctBaseUrl(config, server.url)
  const isTerminal = process.stdout.isTTY === true
  const consoleLink =
    report.unseenKeys === null ? null : await firstConsoleLink(admin, config, server.adminUrl)
  const command = commandHere(environment)
  const text = banner({
    config,
    url: server.url,
    report,
    upstreams,
    isTerminal,
    consoleLink,
    command,
    language: languageFrom(environment.LC_ALL, environment.LC_MESSAGES, environment.LANG),
  })
  process.stdout.write(text, (error) => {
    if (isTerminal && !error) removeFirstStart(config)
  })
  logger.info(
    {
      url: server.url,
      host: config.host,
      readyMs: Math.round(performance.now()),
      upstreams,
    },
    'listening',
  )
  logger.flush()
}

/** Until the first password is set and the first secrets have been shown; their file has the link, too. */
async function firstConsoleLink(
  { identity }: Admin,
  config: Config,
  url: string,
): Promise<string | null> {
  if (await identity.hasAnyPassword()) return null
  const { token } = await identity.createLink(GATEWAY_ACTOR, 'admin')
  // With ADMIN_LISTEN the console is not at the public address.
  const link = consoleLinkOf((config.adminListen === null && config.publicUrl) || url, token)
  addConsoleLink(config, link)
  return link
}

/** Stops what is already running; otherwise it would keep a process alive that can't listen. */
async function listening(parts: ServerParts, shutDown: () => Promise<void>): Promise<Server> {
  try {
    return listen(parts)
  } catch (error) {
    await shutDown()
    throw error
  }
}

async function answers(store: { ping(): Promise<void> }): Promise<boolean> {
  try {
    await store.ping()
    return true
  } catch {
    return false
  }
}
