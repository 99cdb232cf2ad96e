/**
 * Slots in Redis. Each owner has a hash with the count of each session; a session is one instance from one
 * connection to the next. A session's counts hold as long as its own key lives, which the instance renews every few
 * seconds. So an instance that was killed loses all its slots when that key expires, and none before.
 */

const PREFIX = 'in_flight:'

export const sessionKey = (session: string) => `${PREFIX}session:${session}`
export const ownerKey = (owner: string) => `${PREFIX}${owner}`

/** An instance that can't renew its session for so long loses its slots. */
export const SESSION_LASTS_MS = 10_000
/** A hash outlives the sessions in it, and nothing else deletes it. */
const HASH_LASTS_MS = 120_000

/**
 * KEYS: the session, the owners. ARGV: the session's name, the caps. Returns -1 if the session is unknown, 0 if one
 * slot of each was taken, else the place of an owner that has none left.
 */
export const ENTER = `
if redis.call('EXISTS', KEYS[1]) == 0 then return -1 end
for at = 2, #KEYS do
  local taken = 0
  local counts = redis.call('HGETALL', KEYS[at])
  for field = 1, #counts, 2 do
    if redis.call('EXISTS', '${PREFIX}session:' .. counts[field]) == 1 then
      taken = taken + tonumber(counts[field + 1])
    else
      redis.call('HDEL', KEYS[at], counts[field])
    end
  end
  if taken >= tonumber(ARGV[at]) then return at - 1 end
end
for at = 2, #KEYS do
  redis.call('HINCRBY', KEYS[at], ARGV[1], 1)
  redis.call('PEXPIRE', KEYS[at], ${HASH_LASTS_MS})
end
return 0
`

/** KEYS: the owners. ARGV: the session's name. */
export const LEAVE = `
for _, key in ipairs(KEYS) do
  local left = (tonumber(redis.call('HGET', key, ARGV[1])) or 0) - 1
  if left > 0 then redis.call('HSET', key, ARGV[1], left) else redis.call('HDEL', key, ARGV[1]) end
end
return 0
`

/** KEYS: the session, the owners it holds slots of. Returns 0 if the session is unknown. */
export const RENEW = `
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
redis.call('PEXPIRE', KEYS[1], ${SESSION_LASTS_MS})
for at = 2, #KEYS do redis.call('PEXPIRE', KEYS[at], ${HASH_LASTS_MS}) end
return 1
`

/** KEYS: the new session, the one before, the owners. ARGV: the new session's name, its counts. */
export const OPEN_SESSION = `
redis.call('DEL', KEYS[2])
redis.call('SET', KEYS[1], '1', 'PX', ${SESSION_LASTS_MS})
for at = 3, #KEYS do
  redis.call('HSET', KEYS[at], ARGV[1], ARGV[at - 1])
  redis.call('PEXPIRE', KEYS[at], ${HASH_LASTS_MS})
end
return 1
`
