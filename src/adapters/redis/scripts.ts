/**
 * The sliding window of limits/window.ts in Lua, on Redis's clock. Both scripts change all of a request's
 * counters atomically, so that no two instances decide on the same figures. They handle several requests per
 * call; most of these share counters, so each counter is read and written once.
 *
 * A counter is a hash: one field per second with the amount taken in it, which counts until the second's last
 * millisecond is 60 s old, plus `sum`, `from` and `to` (the first and last of these seconds). Because the sum is
 * stored, a request costs the same whether its window is full or empty.
 */
import type { Correction, Demand } from '../../limits/counters.ts'

/** Prefix of all counter names, to keep them apart from other data in the database. */
export const PREFIX = 'rate_limit:'

/**
 * `open` reads a window as of a second, without expired amounts. If the clock was set back a little, the
 * window's time stands still until the clock catches up. If it was set back further, or the key holds something
 * else, existing amounts count as taken now: for at most a minute, and without losing Redis.
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
`

/**
 * KEYS: the counters, each once. ARGV: the number of requests; for each, the number of its demands; for each
 * demand, its index in KEYS, limit and amount. Requests are handled in order, and each takes all or none.
 * Returns for each request whether it took and in which second, and for each counter: used, milliseconds until
 * the window is empty, and until the amount fits (-1: never).
 */
export const TAKE = `${WINDOWS}
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

local windows, second = open_all()
local next_word = 0
local function number()
  next_word = next_word + 1
  return tonumber(ARGV[next_word])
end

local function read_demands()
  local demands, fit = {}, true
  for at = 1, number() do
    local place = number()
    local demand = { key = KEYS[place], window = windows[place], limit = number(), amount = number() }
    demand.fits = demand.amount == 0 or demand.window.sum + demand.amount <= demand.limit
    fit = fit and demand.fits
    demands[at] = demand
  end
  return demands, fit
end

local function last_of(window)
  return window.changed and second or window.to
end

local function wait_of(demand)
  local window = demand.window
  local seconds = seconds_between(window.from, last_of(window))
  local too_much = window.sum + demand.amount - demand.limit
  for at, taken in ipairs(redis.call('HMGET', demand.key, unpack(seconds))) do
    too_much = too_much - (seconds[at] == second and window.held or tonumber(taken) or 0)
    if too_much <= 0 then return (seconds[at] + LASTS) * 1000 - now end
  end
  return -1
end

local answers = {}
for request = 1, number() do
  local demands, taken = read_demands()
  local answer = { taken and 1 or 0, second }
  for _, demand in ipairs(demands) do
    local window = demand.window
    if taken and demand.amount > 0 then
      window.sum, window.held = window.sum + demand.amount, window.held + demand.amount
      window.changed = true
    end
    answer[#answer + 1] = window.sum
    answer[#answer + 1] = window.sum > 0 and (last_of(window) + LASTS) * 1000 - now or 0
    answer[#answer + 1] = demand.fits and 0 or wait_of(demand)
  end
  answers[request] = answer
end
for at, key in ipairs(KEYS) do
  if windows[at].changed then write(key, windows[at], second) end
end
return answers
`

export function takeArguments(requests: readonly (readonly Demand[])[]): string[] {
  const places = new Map<string, string>()
  const words = [String(requests.length)]
  for (const demands of requests) {
    words.push(String(demands.length))
    for (const { counter, limit, amount } of demands) {
      const place = places.get(counter) ?? String(places.size + 1)
      places.set(counter, place)
      words.push(place, String(limit), String(amount))
    }
  }
  return [...keysOf(places.keys()), ...words]
}

function keysOf(counters: Iterable<string>): string[] {
  const keys = Array.from(counters, (counter) => PREFIX + counter)
  return [String(keys.length), ...keys]
}

/**
 * KEYS: the counters. ARGV: for each, the second it was taken in and the correction. Extra usage is charged now;
 * a refund is limited to what that second still holds.
 */
export const CORRECT = `${WINDOWS}
local function charge(key, by)
  local window, second = open(key, clock), clock
  if window.to > clock then
    second = window.to
    window = open(key, second)
  end
  window.sum, window.held = window.sum + by, window.held + by
  write(key, window, second)
end

local function give_back(key, taken_at, by)
  local found = redis.pcall('HMGET', key, taken_at, 'sum')
  local held, sum = tonumber(found[1]) or 0, tonumber(found[2])
  local back = math.min(by, held)
  if sum and back > 0 then redis.call('HSET', key, taken_at, held - back, 'sum', sum - back) end
end

for at, key in ipairs(KEYS) do
  local taken_at, by = ARGV[2 * at - 1], tonumber(ARGV[2 * at])
  if by > 0 then charge(key, by) else give_back(key, taken_at, -by) end
end
return 1
`

export interface Sum extends Correction {
  /** The second it was taken in. */
  second: number
}

export function correctArguments(sums: readonly Sum[]): string[] {
  const words = sums.flatMap(({ second, by }) => [String(second), String(by)])
  return [...keysOf(sums.map(({ counter }) => counter)), ...words]
}

/** Checks that Redis accepts writes, which PING does not. Leaves no data. */
export const PROBE = `
redis.call('SET', KEYS[1], '1', 'PX', 1000)
return redis.call('DEL', KEYS[1])
`
