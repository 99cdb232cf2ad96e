/** Thoughts of calls in Redis, so that any instance can put them back. What is written is encrypted already. */
import type { SharedThoughts } from '../../protocols/translation/shared-thoughts.ts'
import type { RedisConnection } from './connection.ts'

const PREFIX = 'thought:'
/** Lua takes no more arguments than fit on its stack. */
const MAX_AT_ONCE = 1_000

export function createRedisThoughts(
  redis: Pick<RedisConnection, 'run'>,
  lastMs: number,
): SharedThoughts {
  return {
    async read(names) {
      const texts: (string | null)[] = []
      for (let at = 0; at < names.length; at += MAX_AT_ONCE) {
        const keys = names.slice(at, at + MAX_AT_ONCE).map((name) => PREFIX + name)
        const found = await redis.run('recall', [String(keys.length), ...keys])
        texts.push(...(found as (string | null)[]))
      }
      return texts
    },
    async write(entries) {
      for (let at = 0; at < entries.length; at += MAX_AT_ONCE) {
        const some = entries.slice(at, at + MAX_AT_ONCE)
        const keys = some.map(([name]) => PREFIX + name)
        const texts = some.map(([, text]) => text)
        await redis.run('remember', [String(keys.length), ...keys, ...texts, String(lastMs)])
      }
    },
  }
}
