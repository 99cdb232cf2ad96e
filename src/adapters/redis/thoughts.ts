/** Thoughts of calls in Redis, so that any instance can put them back. What is written is encrypted already. */
import type { SharedThoughts } from '../../protocols/translation/shared-thoughts.ts'
import type { RedisConnection } from './connection.ts'

const PREFIX = 'thought:'
/** Lua takes no more arguments than fit on its stack. */
const MAX_AT_ONCE = 1_000

/** What one instance may write in an hour: the Redis that counts must not fill up with thoughts. */
const MAX_HOURLY_BYTES = 32 * 1024 * 1024
const HOUR_MS = 3_600_000

export function createRedisThoughts(
  redis: Pick<RedisConnection, 'run'>,
  { lastMs, nowMs }: { lastMs: number; nowMs(): number },
): SharedThoughts {
  let hour = 0
  let written = 0
  const fits = ([name, text]: readonly [string, string]): boolean => {
    const now = Math.floor(nowMs() / HOUR_MS)
    if (now !== hour) written = 0
    hour = now
    const size = PREFIX.length + name.length + text.length
    if (written + size > MAX_HOURLY_BYTES) return false
    written += size
    return true
  }
  return {
    async read(names) {
      const texts: (string | null)[] = []
      for (let at = 0; at < names.length; at += MAX_AT_ONCE) {
        const keys = names.slice(at, at + MAX_AT_ONCE).map((name) => PREFIX + name)
        const found = (await redis.run('recall', ['0', ...keys])) as (string | null)[]
        texts.push(...keys.map((_, place) => found[place] ?? null))
      }
      return texts
    },
    async write(all) {
      const entries = all.filter(fits)
      for (let at = 0; at < entries.length; at += MAX_AT_ONCE) {
        const some = entries.slice(at, at + MAX_AT_ONCE)
        const pairs = some.flatMap(([name, text]) => [PREFIX + name, text])
        await redis.run('remember', ['0', String(lastMs), ...pairs])
      }
    },
  }
}
