/**
 * Removes records older than USAGE_RETENTION_DAYS: whole partitions are dropped where the database has them, the others
 * are deleted in small batches. No request waits for either.
 */
import type { Logger } from '../../core/logger.ts'

const DAY_MS = 86_400_000
const LOOK_EVERY_MS = 60_000
/** The pause between two batches, in which requests are stored. */
const PAUSE_MS = 250

type TendPartitions = (options: {
  retentionDays: number
  nowMs: number
}) => Promise<{ dropped: readonly string[]; obstacle: string | null } | null>

interface RetentionParts {
  /** 0 keeps everything. */
  days: number
  deleteBefore(beforeMs: number): Promise<number>
  /** Null if the database has no partitions. */
  tendPartitions: TendPartitions | null
  logger: Logger
  nowMs?: () => number
  pause?: (ms: number) => Promise<void>
}

/** Returns a function that stops it. */
export function startRetention({
  days,
  deleteBefore,
  tendPartitions,
  logger,
  nowMs = () => Date.now(),
  pause = Bun.sleep,
}: RetentionParts): () => void {
  if (days === 0 && tendPartitions === null) return () => {}
  let stopped = false
  let running = false
  let isFailing = false
  let lastObstacle: string | null = null

  const tend = async (): Promise<void> => {
    if (tendPartitions === null) return
    // If it fails, all that is old is deleted.
    const tended = await tendPartitions({
      retentionDays: days,
      nowMs: nowMs(),
    }).catch((error) => ({ dropped: [], obstacle: String(error) }))
    // Another instance is at it.
    if (tended === null) return
    const { dropped, obstacle } = tended
    if (dropped.length > 0) logger.info({ dropped, days }, 'partitions of old records were dropped')
    if (obstacle !== null && obstacle !== lastObstacle)
      logger.info(
        { obstacle },
        'partitions are not changed now; old records are deleted in batches',
      )
    lastObstacle = obstacle
  }
  const purge = async (): Promise<void> => {
    if (days === 0) return
    let deleted = 0
    for (;;) {
      if (stopped) return
      const batch = await deleteBefore(nowMs() - days * DAY_MS)
      deleted += batch
      if (batch === 0) break
      await pause(PAUSE_MS)
    }
    if (deleted > 0) logger.info({ deleted, days }, 'records older than the retention were deleted')
  }
  const look = (): void => {
    if (running) return
    running = true
    // What goes with a partition need not be deleted.
    tend()
      .then(purge)
      .then(() => {
        isFailing = false
      })
      .catch((error) => {
        // Logged once per outage: it retries every minute.
        if (!isFailing) logger.warn({ error: String(error) }, 'old records were not deleted')
        isFailing = true
      })
      .finally(() => {
        running = false
      })
  }
  const timer = setInterval(look, LOOK_EVERY_MS)
  look()
  return () => {
    stopped = true
    clearInterval(timer)
  }
}
