/** Charges finished batches periodically, one round at a time. */

import type { Services } from '../../pipeline/services.ts'
import { chargeBatches } from '../../pipeline/vendor/charge-batches.ts'
import type { UsageStore } from '../../usage/store.ts'

export interface BatchCharging {
  /** Waits for a round in progress. */
  stop(): Promise<void>
}

export function startBatchCharging(
  services: Services,
  store: UsageStore,
  instanceId: string,
  everyMs: number,
): BatchCharging {
  let running: Promise<void> | null = null
  const timer = setInterval(() => {
    running ??= chargeBatches(services, (records) => store.settle(records, instanceId))
      .catch((error) =>
        services.logger.warn({ error: String(error) }, 'batches could not be looked through'),
      )
      .finally(() => {
        running = null
      })
  }, everyMs)
  return {
    async stop() {
      clearInterval(timer)
      await running
    },
  }
}
