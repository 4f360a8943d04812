-- For wrk: counts answers of a wrong length, and prints all that matters as one line of JSON.

local threads = {}

function setup(thread)
  table.insert(threads, thread)
end

function init(args)
  wrong = 0
  least, most = tonumber(args[1]), tonumber(args[2])
end

function response(status, headers, body)
  if status ~= 200 or #body < least or #body > most then
    wrong = wrong + 1
  end
end

function done(summary, latency, requests)
  local sum = 0
  for _, thread in ipairs(threads) do
    sum = sum + thread:get("wrong")
  end
  local errors = summary.errors
  io.write(string.format(
    '\n{"requests": %d, "seconds": %f, "wrong": %d, "status": %d, "socket": %d}\n',
    summary.requests, summary.duration / 1e6, sum, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout
  ))
end
