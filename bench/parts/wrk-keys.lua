-- Posts one chat completion with each of many proxy keys in turn, and prints what was measured as one line of JSON.
local threads = {}

function setup(thread)
  table.insert(threads, thread)
end

function init(args)
  wrong = 0
  turn = 0
  requests = {}
  local file = assert(io.open(args[2], "rb"))
  local body = file:read("*a")
  file:close()
  for key in io.lines(args[1]) do
    table.insert(requests, wrk.format("POST", nil, {
      ["Content-Type"] = "application/json",
      ["Authorization"] = "Bearer " .. key,
    }, body))
  end
end

function request()
  turn = turn % #requests + 1
  return requests[turn]
end

function response(status, headers, body)
  if status ~= 200 then
    wrong = wrong + 1
  end
end

function done(summary, latency)
  local wrong_replies = 0
  for _, thread in ipairs(threads) do
    wrong_replies = wrong_replies + thread:get("wrong")
  end
  local errors = summary.errors
  print(string.format('{"requests":%d,"wrong":%d}', summary.requests,
    wrong_replies + errors.connect + errors.read + errors.write + errors.timeout))
end
