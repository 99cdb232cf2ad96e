/** The admin API of a running gateway, on its own store connection, so that it never delays requests. */
import { version } from '../../../package.json'
import { createIdentityProvider } from '../../adapters/oidc/openid-client.ts'
import { createThreadReports } from '../../adapters/sql/console/report-thread-client.ts'
import type { Config } from '../../config.ts'
import { ADMIN_PATH, createAdminApi } from '../../http/routes/admin/api.ts'
import type { AdminApiParts } from '../../http/routes/admin/frame/parts.ts'
import { readAhead } from '../../http/routes/admin/overview.ts'
import { createConsole } from '../../http/routes/console.ts'
import type { Exchange } from '../../http/server/exchange.ts'
import { pathOf } from '../../http/server/target.ts'
import { createBridge } from '../../http/web/bridge.ts'
import { trustOf } from '../../limits/client-address.ts'
import type { Services } from '../../pipeline/services.ts'
import type { Vault } from '../../upstreams/vault.ts'
import { storePath } from '../commands/store-files.ts'
import { openConfiguredStore } from '../compose/configured-store.ts'
import { sha256Hex } from '../compose/digest.ts'
import { adminOver } from '../compose/open-admin.ts'
import type { WebServerParts } from '../serve/server.ts'
import { consoleFiles } from './console-files.ts'
import { variableSettings } from './variable-settings.ts'

/** Enough for a console; model requests have their own limit. */
const POOL_SIZE = 4
const MAX_BODY_BYTES = 256 * 1024
/** Enough for thousands of pasted keys. */
const MAX_IMPORT_BYTES = 4 * 1024 * 1024
const TIDY_EVERY_MS = 600_000

export interface AdminListener {
  handler(exchange: Exchange): void
  close(): Promise<void>
}

interface Parts extends WebServerParts {
  config: Config
  environment: Readonly<Record<string, string | undefined>>
  instanceId: string
  services: Services
  vault: Vault
}

export async function openAdminApi(parts: Parts): Promise<AdminListener> {
  const { config, services, vault } = parts
  const { logger } = services
  const store = await openConfiguredStore({ ...config, databasePoolSize: POOL_SIZE }, logger)
  const admin = adminOver(config, store, vault)
  const thread =
    config.database === null ? createThreadReports(storePath(config), startReportThread) : null
  const reports = thread ?? store.reports
  const given: AdminApiParts = {
    services,
    admin,
    identity: admin.identity,
    reads: store.reads,
    reports,
    instanceId: parts.instanceId,
    usageRetentionDays: config.usageRetentionDays || null,
    oidc: singleSignOn(config),
    variables: variableSettings(parts.environment),
    publicUrlOf: ({ publicUrl }) => clientUrl(config, publicUrl),
    surroundings: { publicUrl: config.publicUrl, trusts: trustOf(config.trustedProxies) },
    sha256Hex,
    nowMs: () => Date.now(),
    version,
    mode: config.database === null ? 'embedded' : 'distributed',
    doctor: parts.doctor,
  }
  const api = createAdminApi(given)
  // If it fails, the page itself says why.
  readAhead(given).catch(() => {})
  const pages = createConsole(consoleFiles)
  const tidying = setInterval(() => {
    admin.identity.sessions.deleteExpired().catch((error) => {
      logger.warn({ error: String(error) }, 'expired sessions were not deleted; trying again')
    })
  }, TIDY_EVERY_MS)

  return {
    handler: createBridge({
      fetch: (request, bindings) =>
        /^\/console(\/|$)/.test(pathOf(bindings.exchange.target))
          ? pages.fetch(request, bindings)
          : api.fetch(request, bindings),
      limitsOf: (path) => ({
        maxBytes: maxBytes(path, config),
        timeoutMs: config.clientBodyTimeoutMs,
      }),
      memory: parts.bodyMemory,
      deadlines: services.deadlines,
      logger,
      inFlight: parts.inFlight,
    }),
    async close() {
      clearInterval(tidying)
      thread?.close()
      await store.close()
    },
  }
}

function startReportThread(): Worker {
  return new Worker(new URL('./report-thread.ts', import.meta.url), { smol: true })
}

/** Clients do not use the admin listener: their port is on the same host. */
function clientUrl(config: Config, consoleUrl: string): string {
  if (config.adminListen === null || config.publicUrl !== null) return consoleUrl
  const url = URL.parse(consoleUrl)
  return url === null ? consoleUrl : `${url.protocol}//${url.hostname}:${config.port}`
}

function maxBytes(path: string, config: Config): number {
  if (path.startsWith(`${ADMIN_PATH}/playground/`)) return config.maxBodyBytes
  return path === `${ADMIN_PATH}/upstreams/import` ? MAX_IMPORT_BYTES : MAX_BODY_BYTES
}

function singleSignOn({ oidc }: Config): AdminApiParts['oidc'] {
  if (oidc === null) return null
  const { roles, ...settings } = oidc
  return { provider: createIdentityProvider(settings, () => Date.now()), roles }
}
