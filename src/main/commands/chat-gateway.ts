/** For `gpt-proxy chat`: the running gateway, or a temporary one. */
import { createPinoLogger } from '../../adapters/log/pino-logger.ts'
import type { ChatGateway } from '../../cli/context.ts'
import type { Environment } from '../../config/environment.ts'
import type { Config } from '../../config.ts'
import { startGateway } from '../compose/gateway.ts'
import { instanceIdIn } from '../compose/instance-id.ts'
import { ownJournalFolder } from '../compose/journal-folder.ts'
import { openStore } from '../compose/open-admin.ts'
import { outgoingProxy } from '../compose/outgoing-proxy.ts'
import { ownAddress } from '../compose/own-address.ts'
import { ask } from '../doctor/ask.ts'
import { listen } from '../serve/server.ts'
import { chat } from './chat-request.ts'

/** A key for this command only; it is deleted at the end, and expires if deleting fails. */
const KEY_LIFETIME_MS = 10 * 60_000
const SEEN_WITHIN_MS = 2_000

export async function chatGateway(
  config: Config,
  environment: Environment,
  warn: (message: string) => void,
): Promise<ChatGateway> {
  const { store, vault, admin } = await openStore(config, { warn, ifMissing: 'refuse' })
  const { secret, key } = await admin.keys.createTemporary({
    name: 'chat command',
    allowedModels: null,
    rpm: null,
    tpm: null,
    expiresAtMs: Date.now() + KEY_LIFETIME_MS,
  })
  const forget = async () => {
    await admin.keys.deleteTemporary(key.id)
    await store.close()
  }
  const url = ownAddress(config.host, config.port)
  if (await accepts(url, secret)) return { ask: (body) => chat(url, secret, body), close: forget }

  const logger = createPinoLogger('error')
  const folder = ownJournalFolder(config.dataDir)
  const running = await startGateway({
    config,
    store,
    vault,
    logger,
    proxyFor: outgoingProxy(config.outgoingProxies),
    instanceId: instanceIdIn(config.dataDir),
    // The server's leases belong to the same instance; an operator's own chat is recorded but not limited.
    quotaLedger: null,
    journalFolder: folder.path,
  })
  const server = listen({
    config,
    gateway: running.gateway,
    environment,
    databaseHealthy: async () => true,
    port: 0,
  })
  return {
    ask: (body) => chat(server.url, secret, body),
    async close() {
      await server.close()
      if (await running.stop()) folder.remove()
      else folder.release()
      await forget()
    },
  }
}

/** A gateway on the same store accepts the new key within a second; any other server never does. */
async function accepts(url: string, key: string): Promise<boolean> {
  const untilMs = performance.now() + SEEN_WITHIN_MS
  while (performance.now() < untilMs) {
    try {
      const { status } = await ask(`${url}/v1/models/demo%2Fecho`, { key })
      if (status !== 401) return status === 200
    } catch {
      return false
    }
    await Bun.sleep(50)
  }
  return false
}
