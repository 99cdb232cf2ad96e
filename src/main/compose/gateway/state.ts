/** What the gateway knows and keeps: keys and their health, quotas, and the usage journal. */
import type { JournalFiles } from '../../../adapters/journal/files.ts'
import { type DiskJournal, openJournal } from '../../../adapters/journal/journal.ts'
import { createSharedLog } from '../../../adapters/shared-memory/shared-log.ts'
import type { Config } from '../../../config.ts'
import type { Logger } from '../../../core/logger.ts'
import type { Clock } from '../../../core/time/clock.ts'
import type { ObjectStore } from '../../../passthrough/objects.ts'
import type { ResponseRows } from '../../../passthrough/response-store.ts'
import type { QuotaLedger } from '../../../quota/ledger.ts'
import { createQuotas, type Quotas } from '../../../quota/quota.ts'
import { createDirectory, type KeyDirectory } from '../../../upstreams/directory.ts'
import { createKeyHealth, type KeyHealth } from '../../../upstreams/health/health.ts'
import { createSharedHealth } from '../../../upstreams/health/shared-health.ts'
import type { KeyStore } from '../../../upstreams/key-store.ts'
import type { Transport } from '../../../upstreams/transport.ts'
import type { Vault } from '../../../upstreams/vault.ts'
import type { UsageStore } from '../../../usage/store.ts'
import type { HeldFolder } from '../journal-folder.ts'
import { reloadWithOthers } from './reload-with-others.ts'
import { isFirst, type Sharing } from './sharing.ts'

/** The gateway's connections to the outside; tests may replace them. */
export interface Seams {
  journalFiles?: JournalFiles
  segmentBytes?: number
  store?: (store: UsageStore) => UsageStore
  transport?: (transport: Transport) => Transport
  /** The module that further threads run. */
  frontThread?: string
}

export interface GatewayParts {
  config: Config
  store: KeyStore & UsageStore & { objects: ObjectStore; responses: ResponseRows }
  vault: Vault
  logger: Logger
  /** The outgoing proxy for an origin, from the environment. */
  proxyFor: (origin: string) => string | null
  /** The instance that owns these leases and records. */
  instanceId: string
  /** null: nothing is reserved, only recorded. */
  quotaLedger: QuotaLedger | null
  /** True if no other process uses the store. */
  journalFolder: string
  /** Journals of processes that no longer exist. */
  orphans?: Iterable<HeldFolder>
  /** Null if the process has one thread. */
  sharing?: Sharing | null
  seams?: Seams
}

export interface GatewayState {
  clock: Clock
  health: KeyHealth
  quotas: Quotas
  directory: KeyDirectory
  journal: DiskJournal
}

/** The interval for detecting changes made by others and for saving changed key states. */
export const MAINTENANCE_MS = 200
/** The maximum cooldown of a breaker. */
const MAX_COOLDOWN_MS = 60_000
/** Leases are kept this long after a user's last request, because the database may be unavailable at the next one. */
const IDLE_TICKS = 600_000 / MAINTENANCE_MS
/** Often enough that LEASE_LASTS_MS covers ten minutes without the database. */
const RENEWAL_TICKS = 120_000 / MAINTENANCE_MS

/** `onReload` is called after proxy keys or users may have changed. */
export function openState(parts: GatewayParts, onReload: () => void): GatewayState {
  const { config, store, vault, logger } = parts
  const clock = { nowMs: () => Date.now() }
  const rules = {
    threshold: config.circuitBreakerThreshold,
    cooldownMs: config.circuitBreakerCooldownMs,
    maxCooldownMs: MAX_COOLDOWN_MS,
  }
  const health = healthOf({ store, clock, logger, rules }, parts.sharing ?? null)
  const recovering = Promise.withResolvers<unknown>()
  const quotas = quotasOf(parts, recovering.promise)
  let readings = 0
  const directory = createDirectory({
    store,
    vault,
    logger,
    onUpstreamKeys: health.adopt,
    onReload() {
      readings++
      quotas.changed()
      onReload()
    },
  })
  if (parts.sharing) reloadWithOthers(directory, parts.sharing, () => readings)
  const journal = openUsageJournal(parts, quotas)
  recovering.resolve(journal.recovered)
  return { clock, health, quotas, directory, journal }
}

function healthOf(
  dependencies: Parameters<typeof createKeyHealth>[0],
  sharing: Sharing | null,
): KeyHealth {
  if (sharing === null) return createKeyHealth(dependencies)
  const log = createSharedLog(sharing.memory, () =>
    dependencies.logger.warn(
      {},
      'this thread was suspended and missed what others saw of upstream keys',
    ),
  )
  return createSharedHealth({ ...dependencies, log, keepsStore: isFirst(sharing) })
}

function quotasOf(
  { config, quotaLedger, instanceId, sharing }: GatewayParts,
  ready: Promise<unknown>,
) {
  if (quotaLedger === null) return NO_QUOTAS
  return createQuotas({
    ledger: quotaLedger,
    instanceId,
    defaultTokens: config.defaultMonthlyQuotaTokens,
    // One that is alone leases everything left of a quota, one of several instances or threads a quarter of it.
    divisor: config.database === null && !sharing ? 1 : 4,
    idleTicks: IDLE_TICKS,
    renewalTicks: RENEWAL_TICKS,
    ready,
  })
}

/**
 * A thread stores the batch. All records of one batch share a rollup row for each user and key, so that larger batches
 * cost less per record. More than this seldom end between two runs of the drain.
 */
const EMBEDDED_BATCH = 1_000

function openUsageJournal(parts: GatewayParts, quotas: Quotas): DiskJournal {
  const { config, store, logger, instanceId, journalFolder, seams = {} } = parts
  return openJournal({
    folder: journalFolder,
    sync: config.journalSync,
    store: quotas.watch(seams.store?.(store) ?? store),
    instanceId,
    logger,
    ...(config.database === null && { batchRecords: EMBEDDED_BATCH }),
    ...(seams.journalFiles && { files: seams.journalFiles }),
    ...(seams.segmentBytes && { segmentBytes: seams.segmentBytes }),
  })
}

const NO_QUOTAS: Quotas = {
  hold: () => null,
  settle() {},
  release() {},
  remaining: () => 0,
  watch: (store) => store,
  changed() {},
  tick() {},
  stop: async () => {},
}
