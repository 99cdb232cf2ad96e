/**
 * The sliding window of core/window.ts in Lua, on Redis's clock. A counter is a hash of second →
 * amount; a second counts until its last millisecond is 60 s old. Both scripts change all of a
 * request's counters in one step, so that no two instances decide on the same figures.
 */

/** Names begin with this, whatever else is in the database. */
export const PREFIX = 'rate_limit:'

const READ_WINDOW = `
local time = redis.call('TIME')
local second = tonumber(time[1])
local now = second * 1000 + math.floor(tonumber(time[2]) / 1000)
local function whole(number) return string.format('%.0f', number) end
`

/**
 * KEYS: the counters. ARGV: limit and amount of each. Takes all or none. Returns whether it took, the
 * second at which, and of each counter: used, milliseconds until nothing counts any more, and until
 * the amount fits (-1: never).
 */
export const TAKE = `${READ_WINDOW}
local windows, fits_all = {}, true
for at, key in ipairs(KEYS) do
  local limit, amount = tonumber(ARGV[2 * at - 1]), tonumber(ARGV[2 * at])
  local flat = redis.call('HGETALL', key)
  local window = { sum = 0, seconds = {}, amounts = {}, gone = {} }
  for field = 1, #flat, 2 do
    local taken_at, taken = tonumber(flat[field]), tonumber(flat[field + 1])
    if taken_at <= second - 61 then
      window.gone[#window.gone + 1] = flat[field]
    else
      window.sum = window.sum + taken
      window.seconds[#window.seconds + 1] = taken_at
      window.amounts[taken_at] = taken
    end
  end
  if #window.gone > 0 then redis.call('HDEL', key, unpack(window.gone)) end
  window.fits = amount == 0 or window.sum + amount <= limit
  fits_all = fits_all and window.fits
  windows[at] = window
end
local answer = { fits_all and 1 or 0, second }
for at, key in ipairs(KEYS) do
  local limit, amount, window = tonumber(ARGV[2 * at - 1]), tonumber(ARGV[2 * at]), windows[at]
  if fits_all and amount > 0 then
    redis.call('HINCRBY', key, second, whole(amount))
    redis.call('PEXPIRE', key, 62000)
    window.sum = window.sum + amount
    if window.amounts[second] == nil then window.seconds[#window.seconds + 1] = second end
    window.amounts[second] = (window.amounts[second] or 0) + amount
  end
  table.sort(window.seconds)
  local reset, wait = 0, 0
  if window.sum > 0 then reset = (window.seconds[#window.seconds] + 61) * 1000 - now end
  if not window.fits and not fits_all then
    wait = -1
    local too_much = window.sum + amount - limit
    for _, taken_at in ipairs(window.seconds) do
      too_much = too_much - window.amounts[taken_at]
      if too_much <= 0 then
        wait = (taken_at + 61) * 1000 - now
        break
      end
    end
  end
  answer[#answer + 1] = window.sum
  answer[#answer + 1] = reset
  answer[#answer + 1] = wait
end
return answer
`

/**
 * KEYS: the counters. ARGV: the second at which they were taken, then what each is corrected by.
 * More is charged now; less is given back at most as far as that second still holds it.
 */
export const CORRECT = `${READ_WINDOW}
for at, key in ipairs(KEYS) do
  local by = tonumber(ARGV[at + 1])
  if by > 0 then
    redis.call('HINCRBY', key, second, whole(by))
    redis.call('PEXPIRE', key, 62000)
  else
    local held = tonumber(redis.call('HGET', key, ARGV[1]) or '0')
    local back = math.min(-by, held)
    if back > 0 then redis.call('HINCRBY', key, ARGV[1], whole(-back)) end
  end
end
return 1
`

/** Whether it can be written to, which a PING does not tell. */
export const PROBE = `return redis.call('SET', KEYS[1], '1', 'PX', 1000)`
