-- Note what became of one call, where that matters to the CRM's breaker.
-- KEYS     the breaker
-- ARGV     the call's id, its outcome ('answered', 'unanswered', 'refused', 'unknown'), the code to tell,
--          how many calls in a row may stay unanswered, ms until the first probe, the longest ms between two,
--          ms after which unanswered calls are forgotten, ms of the slow start after closing
-- Returns  what happened ('', 'opened', 'closed'), ms until the next probe (0: calls are let through)
local key = KEYS[1]
local call, outcome, code = ARGV[1], ARGV[2], ARGV[3]
local patience, first, longest = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local forget, slow_start = tonumber(ARGV[7]), tonumber(ARGV[8])
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)

local known = redis.call('HMGET', key, 'opened_at', 'probe', 'probe_at', 'interval')
local opened_at, probe, probe_at, interval = known[1], known[2], tonumber(known[3]), tonumber(known[4])

local function open(next_interval)
  redis.call('HSET', key, 'code', code, 'interval', next_interval, 'probe_at', now + next_interval)
  redis.call('HSETNX', key, 'opened_at', now)
  redis.call('HDEL', key, 'failures', 'probe', 'probe_until', 'closed_at', 'granted')
  redis.call('PERSIST', key)
  return next_interval
end

if not opened_at then
  if outcome == 'unanswered' then
    local failures = redis.call('HINCRBY', key, 'failures', 1)
    if failures < patience then
      redis.call('PEXPIRE', key, math.max(forget, slow_start))
      return { '', 0 }
    end
  end
  if outcome == 'unanswered' or outcome == 'refused' then
    return { 'opened', open(first) }
  end
  if outcome == 'answered' then
    redis.call('HDEL', key, 'failures')
  end
  return { '', 0 }
end

-- Open: only the probe has a say; what left before the opening is old news.
if probe ~= call then
  return { '', math.max(1, probe_at - now) }
end
if outcome == 'answered' then
  redis.call('DEL', key)
  redis.call('HSET', key, 'closed_at', now, 'granted', 0)
  redis.call('PEXPIRE', key, slow_start)
  return { 'closed', 0 }
end
if outcome == 'unknown' then
  redis.call('HDEL', key, 'probe', 'probe_until')
  return { '', 1 }
end
return { '', open(math.min(interval * 2, longest)) }
