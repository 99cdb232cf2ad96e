/** Not OpenAI's: gateways take Claude's marks on chat messages and tools too. */
import { isObject } from '../../neutral/fields.ts'
import type { CacheMark, JsonObject } from '../../neutral/neutral.ts'

export function readCacheMark({ cache_control: mark }: JsonObject): { cache?: CacheMark } {
  if (!isObject(mark)) return {}
  return { cache: { ttl: mark.ttl === '1h' || mark.ttl === '5m' ? mark.ttl : null } }
}
