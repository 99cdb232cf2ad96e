/** Opens the gateway of a further thread: the store by way of the ledger thread, and what all threads share. */
import { createPinoLogger } from '../../adapters/log/pino-logger.ts'
import { loadConfig } from '../../config.ts'
import { createLiveTally } from '../../usage/live/live-tally.ts'
import { openFrontStore } from '../compose/configured-store.ts'
import type { Sharing } from '../compose/gateway/sharing.ts'
import type { Seams } from '../compose/gateway/state.ts'
import { startGateway } from '../compose/gateway.ts'
import { threadInstanceId } from '../compose/instance-id.ts'
import { removeEmptied, threadJournalFolder } from '../compose/journal-folder.ts'
import { openVault } from '../compose/keys.ts'
import { outgoingProxy } from '../compose/outgoing-proxy.ts'
import { recordActivity } from '../serve/instance-notice.ts'
import { logStyle } from '../serve/log-style.ts'
import { listen } from '../serve/server.ts'
import type { FromOthers, Front } from './front.ts'
import type { FrontStart } from './offers.ts'

const SHOW_EVERY_MS = 250

export async function openFront(
  start: FrontStart,
  others: FromOthers,
  seams: Seams,
): Promise<Front> {
  const { environment, name } = start
  const config = loadConfig(environment)
  const logger = createPinoLogger(config.logLevel, logStyle(environment))
  const leaseCalls = {
    want: (userId: number) => others.hub.tell('leasesWanted', userId),
    onWanted: (listener: (userId: number) => void) => void others.leasesWanted.push(listener),
  }
  const store = await openFrontStore(config, { logger, leaseCalls, ledger: others.ledger })
  const vault = await openVault(
    config,
    () => store.listSealedSecrets(),
    // The first thread has said it.
    () => {},
  )
  const instanceId = threadInstanceId(start.instanceId, name)
  const journalFolder = threadJournalFolder(config.dataDir, name)
  const sharing = sharingOf(start, others)
  const running = await startGateway({
    config,
    store,
    vault,
    logger,
    proxyFor: outgoingProxy(config.outgoingProxies),
    instanceId,
    quotaLedger: store.quotas,
    journalFolder,
    sharing,
    seams,
  })
  const { gateway } = running
  const stopRecording = recordActivity({ store, vault, logger, keyActivity: gateway.keyActivity })
  const showing = setInterval(() => {
    const changes = sharing.tally?.take() ?? null
    if (changes !== null) others.hub.tell('seen', changes)
  }, SHOW_EVERY_MS)
  return {
    running,
    logger,
    listen: (port, exchanges) =>
      listen({
        ...{ config, gateway, environment, port, sharing },
        databaseHealthy: async () => true,
        answeredElsewhere: exchanges.handOver,
      }),
    async close() {
      clearInterval(showing)
      await stopRecording()
      removeEmptied(journalFolder)
      await store.close()
    },
  }
}

function sharingOf({ index, count, memory, originMs }: FrontStart, others: FromOthers): Sharing {
  const { hub } = others
  return {
    index,
    count,
    memory,
    tally: createLiveTally(),
    nowMs: () => performance.timeOrigin - originMs + performance.now(),
    openChannel(receive) {
      others.live.push(receive)
      return { standing: true, publish: (message) => hub.tell('live', message), stop() {} }
    },
    thoughts: {
      read: (names) => hub.call('recall', names),
      write: async (entries) => hub.tell('remember', entries),
    },
    reloadOthers: async () => {},
    metricsOfOthers: async () => [],
  }
}
