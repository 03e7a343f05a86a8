-- For wrk: sends the requests of a file over and over.
-- KEYS: none; wrk runs this, not Redis.
-- ARGV: the file, one request a line (method, path and body, with tabs between); the Authorization header.
-- Returns: a line of JSON on standard output, with seconds throughout.

local prepared = {}
local last = 0

function init(arguments)
  local headers = { ["Authorization"] = arguments[2], ["Content-Type"] = "application/json" }
  for line in io.lines(arguments[1]) do
    local method, path, body = line:match("^(%S+)\t(%S+)\t(.*)$")
    table.insert(prepared, wrk.format(method, path, headers, body ~= "" and body or nil))
  end
end

function request()
  last = last % #prepared + 1
  return prepared[last]
end

function done(summary, latency)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  local line = '{"calls": %d, "seconds": %f, "failed": %d, "median": %f, "slowest": %f}\n'
  io.write(line:format(summary.requests, summary.duration / 1e6, failed,
    latency:percentile(50) / 1e6, latency.max / 1e6))
end
