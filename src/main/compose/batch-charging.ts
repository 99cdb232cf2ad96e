/** Charges finished batches periodically, one round at a time. */

import type { Services } from '../../pipeline/services.ts'
import { createCharger } from '../../pipeline/vendor/charging/charge-batches.ts'

export interface BatchCharging {
  /** Waits for a round in progress. */
  stop(): Promise<void>
}

export function startBatchCharging(services: Services, everyMs: number): BatchCharging {
  const charger = createCharger(services)
  let running: Promise<void> | null = null
  const timer = setInterval(() => {
    running ??= charger
      .round()
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
