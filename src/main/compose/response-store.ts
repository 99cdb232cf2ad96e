/** Keeps responses encrypted: with a key of their own, which is encrypted with ENCRYPTION_KEY. */
import { decrypt, encrypt } from '../../adapters/vault/aes-gcm.ts'
import type { Logger } from '../../core/logger.ts'
import type { KeptResponse, ResponseRows, ResponseStore } from '../../passthrough/response-store.ts'
import type { DataKey } from './data-key.ts'

interface Parts {
  rows: ResponseRows
  dataKey: DataKey
  /** How long a response is kept. */
  lastsMs: number
  nowMs(): number
}

export function createResponseStore({ rows, dataKey, lastsMs, nowMs }: Parts): ResponseStore {
  return {
    async keep(kept) {
      const { id, userId, input, response } = kept
      const text = JSON.stringify({ input, response })
      const { nonce, body } = encrypt(await dataKey(), text, boundTo(kept))
      const now = nowMs()
      await rows.insert({
        id,
        userId,
        createdAtMs: now,
        expiresAtMs: now + lastsMs,
        encryptedBody: `${nonce}.${body}`,
      })
    },
    async find(id, userId) {
      const row = await rows.find(id, userId, nowMs())
      if (row === null) return null
      const [nonce = '', body = ''] = row.encryptedBody.split('.')
      const text = decrypt(await dataKey(), { nonce, body }, boundTo(row))
      if (text === null) throw new Error(`the stored response ${id} can't be decrypted`)
      const content = JSON.parse(text) as Pick<KeptResponse, 'input' | 'response'>
      return { id, userId, ...content }
    },
    forget: (id, userId) => rows.delete(id, userId),
    forgetExpired: () => rows.deleteExpired(nowMs()),
  }
}

const FORGET_EVERY_MS = 600_000

/** Deletes what has expired, periodically. The returned function stops that. */
export function startForgetting(store: ResponseStore | null, logger: Logger): () => void {
  if (store === null) return () => {}
  const forget = () => {
    store
      .forgetExpired()
      .catch((error) => logger.warn({ error: String(error) }, 'expired responses not deleted'))
  }
  forget()
  const timer = setInterval(forget, FORGET_EVERY_MS)
  return () => clearInterval(timer)
}

/** A body that is moved to another row, or given to another user, can't be opened. */
function boundTo({ id, userId }: { id: string; userId: number }): Uint8Array {
  return Buffer.from(JSON.stringify(['stored_responses', id, userId]))
}
