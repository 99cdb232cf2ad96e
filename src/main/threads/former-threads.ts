/** Threads of earlier processes: what their journals have is stored, and their leases are given up. */
import { openJournal } from '../../adapters/journal/journal.ts'
import type { Store } from '../../adapters/sql/store.ts'
import type { Config } from '../../config.ts'
import type { Logger } from '../../core/logger.ts'
import type { Seams } from '../compose/gateway/state.ts'
import { threadInstanceId } from '../compose/instance-id.ts'
import { removeEmptied, threadJournalFolder } from '../compose/journal-folder.ts'

/** The journal keeps what an unavailable store did not take. */
const PATIENCE_MS = 3_000

interface Parts {
  config: Config
  store: Store
  logger: Logger
  instanceId: string
  /** Their names. */
  former: readonly string[]
  seams: Seams
}

/** Resolves when that is done or has to wait for the next start. */
export async function recoverFormerThreads(parts: Parts): Promise<void> {
  const { former, logger } = parts
  for (const name of former) {
    try {
      await recoverThread(parts, name)
    } catch (error) {
      logger.warn(
        { thread: name, error: String(error) },
        'the journal of a former thread waits for the next start',
      )
    }
  }
}

async function recoverThread(
  { config, store, logger, instanceId: own, seams }: Parts,
  name: string,
): Promise<void> {
  const folder = threadJournalFolder(config.dataDir, name)
  const instanceId = threadInstanceId(own, name)
  const files = seams.journalFiles
  const journal = openJournal({
    ...{ folder, instanceId, logger, sync: config.journalSync },
    store: seams.store?.(store) ?? store,
    ...(files && { files }),
  })
  await journal.recovered
  if (!(await journal.stop(PATIENCE_MS))) return
  await store.quotas.dropLeases(instanceId)
  removeEmptied(folder)
}
