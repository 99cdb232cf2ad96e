/** Keeps thoughts of calls: in this thread, with the others of its process, and with Redis for all instances. */
import type { RedisConnection } from '../../../adapters/redis/connection.ts'
import { createRedisThoughts } from '../../../adapters/redis/thoughts.ts'
import { decrypt, encrypt } from '../../../adapters/vault/aes-gcm.ts'
import {
  createSharedThoughts,
  type SharedThoughts,
  type ThoughtSeal,
} from '../../../protocols/translation/shared-thoughts.ts'
import {
  createThoughtMemory,
  THOUGHTS_LAST_MS,
  type ThoughtStores,
} from '../../../protocols/translation/thought-memory.ts'
import type { DataKey } from '../data-key.ts'

/** `redis`: null if instances share nothing. `threads`: null if the process has one thread. */
export function openThoughts(
  redis: RedisConnection | null,
  dataKey: DataKey,
  threads: SharedThoughts | null = null,
): ThoughtStores {
  const own = createThoughtMemory(Date.now)
  if (redis === null) return threads === null ? own : createSharedThoughts(own, threads, UNSEALED)
  return createSharedThoughts(
    own,
    createRedisThoughts(redis, { lastMs: THOUGHTS_LAST_MS, nowMs: Date.now }),
    sealWith(dataKey),
  )
}

/** What stays in the process needs no encryption. */
const UNSEALED: ThoughtSeal = {
  seal: async (text) => text,
  open: async (sealed) => sealed,
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
