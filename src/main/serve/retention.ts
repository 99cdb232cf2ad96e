/** Deletes records older than USAGE_RETENTION_DAYS in small batches, so that no request waits. */
import type { Logger } from '../../core/logger.ts'

const DAY_MS = 86_400_000
const LOOK_EVERY_MS = 60_000
/** The pause between two batches, in which requests are stored. */
const PAUSE_MS = 250

interface RetentionParts {
  /** 0 keeps everything. */
  days: number
  deleteBefore(beforeMs: number): Promise<number>
  logger: Logger
  nowMs?: () => number
  pause?: (ms: number) => Promise<void>
}

/** Returns a function that stops it. */
export function startRetention({
  days,
  deleteBefore,
  logger,
  nowMs = () => Date.now(),
  pause = Bun.sleep,
}: RetentionParts): () => void {
  if (days === 0) return () => {}
  let stopped = false
  let running = false
  let isFailing = false

  const purge = async (): Promise<void> => {
    let deleted = 0
    for (;;) {
      if (stopped) return
      const batch = await deleteBefore(nowMs() - days * DAY_MS)
      deleted += batch
      if (batch === 0) break
      await pause(PAUSE_MS)
    }
    isFailing = false
    if (deleted > 0) logger.info({ deleted, days }, 'records older than the retention were deleted')
  }
  const look = (): void => {
    if (running) return
    running = true
    purge()
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
