/** Keeps thoughts of calls: in this process, and with Redis for all instances. */
import type { RedisConnection } from '../../../adapters/redis/connection.ts'
import { createRedisThoughts } from '../../../adapters/redis/thoughts.ts'
import { decrypt, encrypt } from '../../../adapters/vault/aes-gcm.ts'
import {
  createSharedThoughts,
  type ThoughtSeal,
} from '../../../protocols/translation/shared-thoughts.ts'
import {
  createThoughtMemory,
  THOUGHTS_LAST_MS,
  type ThoughtStores,
} from '../../../protocols/translation/thought-memory.ts'
import type { DataKey } from '../data-key.ts'

/** `redis`: null if instances share nothing. */
export function openThoughts(redis: RedisConnection | null, dataKey: DataKey): ThoughtStores {
  const own = createThoughtMemory(Date.now)
  if (redis === null) return own
  return createSharedThoughts(
    own,
    createRedisThoughts(redis, { lastMs: THOUGHTS_LAST_MS, nowMs: Date.now }),
    sealWith(dataKey),
  )
}

function sealWith(dataKey: DataKey): ThoughtSeal {
  const bytesOf = (boundTo: string) => Buffer.from(JSON.stringify(['thoughts', boundTo]))
  return {
    async seal(text, boundTo) {
      const { nonce, body } = encrypt(await dataKey(), text, bytesOf(boundTo))
      return `${nonce}.${body}`
    },
    async open(sealed, boundTo) {
      const [nonce = '', body = ''] = sealed.split('.')
      return decrypt(await dataKey(), { nonce, body }, bytesOf(boundTo))
    },
  }
}
