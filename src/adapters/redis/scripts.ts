/**
 * The sliding window of core/window.ts in Lua, on Redis's clock. Both scripts change all of a request's
 * counters in one step, so that no two instances decide on the same figures.
 *
 * A counter is a hash: a field for each second with what was taken in it, which counts until the
 * second's last millisecond is 60 s old, and beside them `sum`, `from` and `to`, the first and last
 * of these seconds. With the sum kept, a request costs the same whether its window is full or empty.
 */

/** Names begin with this, whatever else is in the database. */
export const PREFIX = 'rate_limit:'

/**
 * `open_all` reads the windows of all KEYS, without what has left. A clock that was set back a little
 * stands still until it has caught up; where it was set back by more, or something else is under the
 * name, what counts is counted as of now: for no longer than a minute, and nobody loses Redis for it.
 */
const WINDOWS = `
local time = redis.call('TIME')
local clock = tonumber(time[1])
local now = clock * 1000 + math.floor(tonumber(time[2]) / 1000)
local LASTS = 61

local function empty(second)
  return { sum = 0, from = second, to = second, held = 0, fresh = true }
end

local function write(key, window, second)
  redis.call('HSET', key, second, window.held, 'sum', window.sum, 'from', window.from, 'to', second)
  if window.fresh or window.to < second then
    redis.call('PEXPIRE', key, (second - clock + LASTS + 1) * 1000)
    window.fresh = false
  end
  window.to = second
end

local function gather(key, second)
  local flat = redis.pcall('HGETALL', key)
  local window = empty(second)
  if not flat.err and #flat == 0 then return window end
  if not flat.err then
    for field = 1, #flat, 2 do
      local taken_at, taken = tonumber(flat[field]), tonumber(flat[field + 1])
      if taken_at and taken and taken_at > second - LASTS then window.sum = window.sum + taken end
    end
  end
  redis.call('DEL', key)
  window.held = window.sum
  if window.sum > 0 then write(key, window, second) end
  return window
end

local function seconds_between(from, to)
  local seconds = {}
  for second = from, to do seconds[#seconds + 1] = second end
  return seconds
end

local function open(key, second)
  local found = redis.pcall('HMGET', key, 'sum', 'from', 'to', second)
  local sum, from, to = tonumber(found[1]), tonumber(found[2]), tonumber(found[3])
  local known = sum and from and to
  if not known or to - from > 2 * LASTS or to > second + 60 then return gather(key, second) end
  if to <= second - LASTS then
    redis.call('DEL', key)
    return empty(second)
  end
  if from <= second - LASTS then
    local left = seconds_between(from, second - LASTS)
    for _, taken in ipairs(redis.call('HMGET', key, unpack(left))) do
      sum = sum - (tonumber(taken) or 0)
    end
    from = second - LASTS + 1
    redis.call('HDEL', key, unpack(left))
    redis.call('HSET', key, 'sum', sum, 'from', from)
  end
  return { sum = sum, from = from, to = to, held = tonumber(found[4]) or 0, fresh = false }
end

local function open_all()
  local windows, second = {}, clock
  for at, key in ipairs(KEYS) do
    windows[at] = open(key, clock)
    second = math.max(second, windows[at].to)
  end
  if second > clock then
    for at, key in ipairs(KEYS) do windows[at] = open(key, second) end
  end
  return windows, second
end
`

/**
 * KEYS: the counters. ARGV: limit and amount of each. Takes all or none. Returns whether it took, the
 * second at which, and of each counter: used, milliseconds until nothing counts any more, and until
 * the amount fits (-1: never).
 */
export const TAKE = `${WINDOWS}
local windows, second = open_all()
local fits_all = true
for at, window in ipairs(windows) do
  window.limit, window.amount = tonumber(ARGV[2 * at - 1]), tonumber(ARGV[2 * at])
  window.fits = window.amount == 0 or window.sum + window.amount <= window.limit
  fits_all = fits_all and window.fits
end

local function wait_of(key, window)
  local seconds = seconds_between(window.from, window.to)
  local too_much = window.sum + window.amount - window.limit
  for at, taken in ipairs(redis.call('HMGET', key, unpack(seconds))) do
    too_much = too_much - (tonumber(taken) or 0)
    if too_much <= 0 then return (seconds[at] + LASTS) * 1000 - now end
  end
  return -1
end

local answer = { fits_all and 1 or 0, second }
for at, key in ipairs(KEYS) do
  local window = windows[at]
  if fits_all and window.amount > 0 then
    window.sum, window.held = window.sum + window.amount, window.held + window.amount
    write(key, window, second)
  end
  answer[#answer + 1] = window.sum
  answer[#answer + 1] = window.sum > 0 and (window.to + LASTS) * 1000 - now or 0
  answer[#answer + 1] = window.fits and 0 or wait_of(key, window)
end
return answer
`

/**
 * KEYS: the counters. ARGV: the second at which they were taken, then what each is corrected by.
 * More is charged now; less is given back at most as far as that second still holds it.
 */
export const CORRECT = `${WINDOWS}
local windows, second = open_all()
for at, key in ipairs(KEYS) do
  local by, window = tonumber(ARGV[at + 1]), windows[at]
  if by > 0 then
    window.sum, window.held = window.sum + by, window.held + by
    write(key, window, second)
  elseif by < 0 then
    local held = tonumber(redis.call('HGET', key, ARGV[1])) or 0
    local back = math.min(-by, held)
    if back > 0 then redis.call('HSET', key, ARGV[1], held - back, 'sum', window.sum - back) end
  end
end
return 1
`

/** Whether it can be written to, which a PING does not tell. Leaves nothing behind. */
export const PROBE = `
redis.call('SET', KEYS[1], '1', 'PX', 1000)
return redis.call('DEL', KEYS[1])
`
