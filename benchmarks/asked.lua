-- Sends the requests that were written into files, one after another, and says what came of it.
local requests = {}
local nth = 0

function init(args)
  for _, path in ipairs(args) do
    local file = assert(io.open(path, "rb"))
    requests[#requests + 1] = file:read("*a")
    file:close()
  end
end

function request()
  nth = nth % #requests + 1
  return requests[nth]
end

function done(summary, latency, _)
  local errors = summary.errors
  io.write(string.format(
    '{"n": %d, "seconds": %.6f, "p50_ms": %.3f, "p99_ms": %.3f, "refused": %d, "lost": %d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3,
    latency:percentile(99) / 1e3, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout))
end
