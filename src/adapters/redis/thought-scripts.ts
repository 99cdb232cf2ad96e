/**
 * Reading and writing several thoughts in one call. A user of Redis that may not touch them gets none, and keeps the
 * connection that rate limits share: hence `pcall`, and no declared keys, which Redis would check beforehand.
 */

/** ARGV: names. Returns an empty list if they may not be read. */
export const RECALL = `
local found = redis.pcall('MGET', unpack(ARGV))
if found.err then return {} end
return found`

/** ARGV: the milliseconds that they last, then names and texts in turn. */
export const REMEMBER = `
for at = 2, #ARGV, 2 do redis.pcall('SET', ARGV[at], ARGV[at + 1], 'PX', ARGV[1]) end
return 'OK'`
