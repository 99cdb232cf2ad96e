/** Assembles the gateway: configuration and store in, a running app out. */
import { version } from '../../../package.json'
import type { DiskJournal } from '../../adapters/journal/journal.ts'
import { createPrometheusMetrics } from '../../adapters/metrics/prometheus.ts'
import { TimeoutError, withTimeout } from '../../core/time/with-timeout.ts'
import { checkKeys } from '../../pipeline/models/check-keys.ts'
import type { Services } from '../../pipeline/services.ts'
import { startBatchCharging } from './batch-charging.ts'
import { type GatewayLimits, openLimits } from './gateway/limits.ts'
import { createServices } from './gateway/services.ts'
import { isFirst } from './gateway/sharing.ts'
import { type GatewayParts, type GatewayState, MAINTENANCE_MS, openState } from './gateway/state.ts'
import type { HeldFolder } from './journal-folder.ts'
import { startForgetting } from './response-store.ts'

export type { Seams } from './gateway/state.ts'

/** How long startup waits for records that an earlier process left. */
const RECOVERY_WAIT_MS = 1_000
/** How long shutdown waits for an unavailable store; the journal keeps what was not stored. */
const STORE_PATIENCE_MS = 3_000

export interface RunningGateway {
  gateway: Services
  /** Saves everything still in memory. False if some of it waits in the journal for the next start. */
  stop(): Promise<boolean>
}

export async function startGateway(parts: GatewayParts): Promise<RunningGateway> {
  const { orphans = [], sharing = null } = parts
  const state = openState(parts, () =>
    limits.inFlight.endOthersThan(({ key }) => directory.findCaller(key.keyHash) !== null),
  )
  const { directory, journal } = state
  const metrics = createPrometheusMetrics(version, sharing)
  const limits: GatewayLimits = openLimits(parts, metrics)
  const gateway = createServices(parts, { state, limits, metrics })
  watchState(metrics, state, limits)
  await directory.reload()
  await limits.ready()
  // Usually done within milliseconds; if the store is unavailable, it continues concurrently with requests.
  const recovered = Promise.all([journal.recovered, adoptAll(orphans, journal)])
  await Promise.race([recovered, Bun.sleep(RECOVERY_WAIT_MS)])

  const maintenance = startMaintenance(gateway, state)
  const stopAlone = isFirst(parts.sharing) ? startLoneWork(gateway, parts) : async () => {}
  return {
    gateway,
    async stop() {
      const lastRound = maintenance.stop()
      await atMost(stopAlone())
      gateway.endedRequests.flush()
      // What is not saved are counters and statuses, which the next failure restores.
      await atMost(lastRound.then(state.health.save))
      const drained = await journal.stop(STORE_PATIENCE_MS)
      await atMost(state.quotas.stop())
      gateway.deadlines.stop()
      gateway.livePeers.stop()
      await limits.stop()
      return drained
    },
  }
}

/** What one thread of a process does for all. */
function startLoneWork(gateway: Services, { config, logger }: GatewayParts): () => Promise<void> {
  const stopForgetting = startForgetting(gateway.responses, logger)
  const batches = startBatchCharging(gateway, config.batchCheckMs)
  return () => {
    stopForgetting()
    return batches.stop()
  }
}

function watchState(
  metrics: ReturnType<typeof createPrometheusMetrics>,
  { journal, directory, health }: GatewayState,
  { slots }: GatewayLimits,
): void {
  metrics.watchJournal(journal.health)
  metrics.watchWaiting(slots.waiting)
  metrics.watchUpstreams(() =>
    directory.allUpstreams().map(({ key }) => ({
      name: key.name,
      provider: key.provider,
      state: (health.state(key.id) ?? key.state).status,
    })),
  )
}

/** `stop` resolves when the round in progress has ended. */
function startMaintenance(services: Services, { directory, health, quotas }: GatewayState) {
  /** null between two rounds: a round that waits for the database is not started again. */
  let running: Promise<void> | null = null
  const runMaintenance = async () => {
    // Load the changes of others first, so that saving does not overwrite them.
    await directory.reloadIfChanged()
    await health.save()
    checkKeys(services)
  }
  const timer = setInterval(() => {
    // Runs concurrently, because leases expire even while maintenance waits for the database.
    quotas.tick()
    running ??= runMaintenance().finally(() => {
      running = null
    })
  }, MAINTENANCE_MS)
  return {
    stop(): Promise<void> {
      clearInterval(timer)
      return Promise.resolve(running ?? undefined)
    },
  }
}

async function adoptAll(orphans: Iterable<HeldFolder>, journal: DiskJournal): Promise<void> {
  for (const folder of orphans) {
    if (await journal.adopt(folder.path)) folder.remove()
    else folder.release()
  }
}

/** Waits for the store only for a limited time; a failure still throws. */
async function atMost(work: Promise<void>): Promise<void> {
  await withTimeout(work, STORE_PATIENCE_MS, 'the store is late').catch((error) => {
    if (!(error instanceof TimeoutError)) throw error
  })
}
