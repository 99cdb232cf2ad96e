-- Posts one chat completion again and again, checks every reply, and prints what was measured as one line of JSON.
local threads = {}

function setup(thread)
  table.insert(threads, thread)
end

function init(args)
  wrong = 0
  local function content(path)
    local file = assert(io.open(path, "rb"))
    local text = file:read("*a")
    file:close()
    return text
  end
  expected = content(args[3])
  request_text = wrk.format("POST", nil, {
    ["Content-Type"] = "application/json",
    ["Authorization"] = "Bearer " .. args[1],
  }, content(args[2]))
end

function request()
  return request_text
end

function response(status, headers, body)
  if status ~= 200 or body ~= expected then
    wrong = wrong + 1
  end
end

function done(summary, latency)
  local wrong_replies = 0
  for _, thread in ipairs(threads) do
    wrong_replies = wrong_replies + thread:get("wrong")
  end
  local errors = summary.errors
  print(string.format(
    '{"requests":%d,"seconds":%.6f,"p50Us":%d,"p99Us":%d,"p999Us":%d,"wrong":%d,"failed":%d}',
    summary.requests, summary.duration / 1000000, latency:percentile(50), latency:percentile(99), latency:percentile(99.9),
    wrong_replies,
    errors.connect + errors.read + errors.write + errors.timeout))
end
