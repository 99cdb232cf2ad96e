/**
 * Slots in Redis. Each owner has a hash with the count of each session; a session is one instance from one
 * connection to the next. A session's counts hold as long as its own key lives, which the instance renews every few
 * seconds. So an instance that was killed loses all its slots when that key expires, and none before.
 *
 * Requests that wait for an owner are in a sorted set, as SESSION:WAITER; the lowest score has its turn. Those of a
 * session that is over are dropped when they come to the front.
 */

const PREFIX = 'in_flight:'

export const sessionKey = (session: string) => `${PREFIX}session:${session}`
export const ownerKey = (owner: string) => `${PREFIX}${owner}`

/** An instance that can't renew its session for so long loses its slots. */
export const SESSION_LASTS_MS = 10_000
/** A hash outlives the sessions in it, and nothing else deletes it. */
const HASH_LASTS_MS = 120_000

/** What of a score is a priority: more than a time in milliseconds has. */
const PRIORITY_STEP = 1e13

/** Exact for priorities to 900; the key's own are 0 to 100. */
export const scoreOf = ({ priority, sinceMs }: { priority: number; sinceMs: number }) =>
  String(sinceMs - priority * PRIORITY_STEP)

/** Of an owner whose hash is KEYS[at]. */
const WAITING = `'in_line:' .. string.sub(KEYS[at], ${PREFIX.length + 1})`

/**
 * KEYS: the session, the owners. ARGV: the session's name, the score of the request, the name under which it waits or
 * nothing, the caps. Returns a list. First: -1 if the session is unknown, 0 if one slot of each owner was taken, else the
 * number of the owner that has no slot left or whose next slot is for another request. Then: for each owner, as far as
 * they were counted, how many slots other sessions have. A request that waits does so at that one owner only, because it
 * could take the slots of the others.
 */
export const ENTER = `
if redis.call('EXISTS', KEYS[1]) == 0 then return {-1} end
local score, name = tonumber(ARGV[2]), ARGV[3]
local answer = {0}
local function isBehind(at)
  while true do
    local first = redis.call('ZRANGE', ${WAITING}, 0, 0, 'WITHSCORES')
    if first[1] == nil or first[1] == name then return false end
    local session = string.match(first[1], '^[^:]+')
    if redis.call('EXISTS', '${PREFIX}session:' .. session) == 1 then
      return tonumber(first[2]) <= score
    end
    redis.call('ZREM', ${WAITING}, first[1])
  end
end
local function refuse(place)
  if name ~= '' then
    for at = 2, #KEYS do
      if at == place then
        redis.call('ZADD', ${WAITING}, ARGV[2], name)
        redis.call('PEXPIRE', ${WAITING}, ${HASH_LASTS_MS})
      else
        redis.call('ZREM', ${WAITING}, name)
      end
    end
  end
  answer[1] = place - 1
  return answer
end
for at = 2, #KEYS do
  local taken, own = 0, 0
  local counts = redis.call('HGETALL', KEYS[at])
  for field = 1, #counts, 2 do
    if redis.call('EXISTS', '${PREFIX}session:' .. counts[field]) == 1 then
      taken = taken + tonumber(counts[field + 1])
      if counts[field] == ARGV[1] then own = tonumber(counts[field + 1]) end
    else
      redis.call('HDEL', KEYS[at], counts[field])
    end
  end
  answer[at] = taken - own
  if taken >= tonumber(ARGV[at + 2]) or isBehind(at) then return refuse(at) end
end
for at = 2, #KEYS do
  if name ~= '' then redis.call('ZREM', ${WAITING}, name) end
  redis.call('HINCRBY', KEYS[at], ARGV[1], 1)
  redis.call('PEXPIRE', KEYS[at], ${HASH_LASTS_MS})
end
return answer
`

/** KEYS: the owners. ARGV: the score, the name of the request that waits. */
export const WAIT = `
for at = 1, #KEYS do
  redis.call('ZADD', ${WAITING}, ARGV[1], ARGV[2])
  redis.call('PEXPIRE', ${WAITING}, ${HASH_LASTS_MS})
end
return 0
`

/** KEYS: the owners. ARGV: the name of the request that waited. */
export const STOP_WAITING = `
for at = 1, #KEYS do redis.call('ZREM', ${WAITING}, ARGV[1]) end
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
