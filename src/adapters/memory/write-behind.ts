/** Usage records gathered in memory and stored in batches. Not durable: the journal will take this place. */
import type { UsageRecord } from '../../core/usage-record.ts'
import type { Logger } from '../../ports/logger.ts'
import type { UsageSink } from '../../ports/usage-sink.ts'
import type { UsageStore } from '../../ports/usage-store.ts'

const EVERY_MS = 100
/** A batch holds up the requests for as long as it takes, so it is small. */
const BATCH = 100

export function createWriteBehind(
  store: UsageStore,
  instanceId: string,
  logger: Logger,
): UsageSink & { stop(): void } {
  let waiting: UsageRecord[] = []
  let writing: Promise<void> = Promise.resolve()

  const writeAll = async () => {
    while (waiting.length > 0) {
      const batch = waiting.slice(0, BATCH)
      await store.settle(batch, instanceId)
      waiting = waiting.slice(batch.length)
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
  /** One writer at a time; what can't be written stays in the list for the next round. */
  const flush = (): Promise<void> => {
    writing = writing.then(writeAll).catch((error) => {
      logger.error(
        { error: String(error), waiting: waiting.length },
        'usage records not stored; trying again',
      )
    })
    return writing
  }
  const timer = setInterval(() => {
    if (waiting.length > 0) void flush()
  }, EVERY_MS)

  return {
    record(record) {
      waiting.push(record)
    },
    flush,
    stop: () => clearInterval(timer),
  }
}
