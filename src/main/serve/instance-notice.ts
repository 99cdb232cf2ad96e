/** Announces to other instances, and to `encryption rotate`, that this one runs and which encryption keys it has. */
import type { KeyActivity } from '../../access/key-activity.ts'
import type { AdminStore } from '../../admin/store.ts'
import type { Logger } from '../../core/logger.ts'
import type { Vault } from '../../upstreams/vault.ts'

const LOOK_EVERY_MS = 1_000
/** Well below the time after which an instance counts as gone. */
const ANNOUNCE_EVERY_LOOKS = 8

interface Parts {
  store: Pick<AdminStore, 'announceInstance' | 'forgetInstance' | 'recordKeyActivity'>
  vault: Vault
  logger: Logger
  instanceId: string
  keyActivity: KeyActivity
}

/** For a further thread, whose instance is announced by the first one. The result records the rest. */
export function recordActivity({
  store,
  vault,
  logger,
  keyActivity,
}: Omit<Parts, 'instanceId'> & {
  store: Pick<AdminStore, 'recordKeyActivity'>
}): () => Promise<void> {
  let writing: Promise<void> = Promise.resolve()
  const look = () => {
    refreshed(vault, logger)
    writing = writing
      .then(() => store.recordKeyActivity(keyActivity.take()))
      .catch((error: Error) => {
        logger.debug({ reason: error.message }, 'the activity of keys was not written')
      })
  }
  const timer = setInterval(look, LOOK_EVERY_MS)
  return () => {
    clearInterval(timer)
    look()
    return writing
  }
}

/** Resolves once the first notice is written; the result withdraws it. */
export async function announceInstance(parts: Parts): Promise<() => Promise<void>> {
  const { store, vault, logger, instanceId, keyActivity } = parts
  const announce = () =>
    store.announceInstance({ instanceId, encryptionKeyIds: vault.keyIds, seenAtMs: Date.now() })
  let looks = 0
  let writing: Promise<void> = Promise.resolve()
  const look = () => {
    const changed = refreshed(vault, logger)
    const due = ++looks % ANNOUNCE_EVERY_LOOKS === 0
    writing = writing
      .then(async () => {
        await store.recordKeyActivity(keyActivity.take())
        if (changed || due) await announce()
      })
      .catch((error: Error) => {
        logger.debug({ reason: error.message }, 'the notice of this instance was not written')
      })
  }
  await announce()
  const timer = setInterval(look, LOOK_EVERY_MS)
  return async () => {
    clearInterval(timer)
    look()
    await writing
    await store.forgetInstance(instanceId).catch(() => {})
  }
}

/** A key file that can't be read now is read at the next interval. */
function refreshed({ keyFile }: Vault, logger: Logger): boolean {
  try {
    return keyFile?.refresh() ?? false
  } catch (error) {
    logger.warn({ reason: (error as Error).message }, 'the encryption key file could not be read')
    return false
  }
}
