/** Threads that an earlier process had and this one has not: their journals are stored, and their leases given up. */
import { rmSync } from 'node:fs'
import { openJournal } from '../../adapters/journal/journal.ts'
import type { Store } from '../../adapters/sql/store.ts'
import type { Config } from '../../config.ts'
import type { Logger } from '../../core/logger.ts'
import type { Seams } from '../compose/gateway/state.ts'
import { threadInstanceId } from '../compose/instance-id.ts'
import { formerThreads, holdsQuarantined, threadJournalFolder } from '../compose/journal-folder.ts'

/** The journal keeps what an unavailable store did not take. */
const PATIENCE_MS = 3_000

interface Parts {
  config: Config
  store: Store
  logger: Logger
  instanceId: string
  seams: Seams
}

/** Resolves when that is done or has to wait for the next start. */
export async function recoverFormerThreads(parts: Parts): Promise<void> {
  const { config, logger } = parts
  for (const index of formerThreads(config.dataDir, config.threads)) {
    try {
      await recoverThread(parts, index)
    } catch (error) {
      logger.warn(
        { thread: index, error: String(error) },
        'the journal of a former thread waits for the next start',
      )
    }
  }
}

async function recoverThread(
  { config, store, logger, instanceId: own, seams }: Parts,
  index: number,
): Promise<void> {
  const folder = threadJournalFolder(config.dataDir, index)
  const instanceId = threadInstanceId(own, index)
  const files = seams.journalFiles
  const journal = openJournal({
    ...{ folder, instanceId, logger, sync: config.journalSync },
    store: seams.store?.(store) ?? store,
    ...(files && { files }),
  })
  await journal.recovered
  if (!(await journal.stop(PATIENCE_MS))) return
  await store.quotas.dropLeases(instanceId)
  if (!holdsQuarantined(folder)) rmSync(folder, { recursive: true, force: true })
}
