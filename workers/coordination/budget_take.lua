-- Grant one call under all of its allowances, or tell how long to wait; all are charged or none.
-- KEYS     the call counters, the CRM's breaker, then four per allowance: what all lanes took, what the
--          spare lanes took, what others took, closed until
--          (Redis Cluster: all in one slot)
-- ARGV     the call's id, its CRM, its family, '1' for a spare lane, ms a probe may take, ms in which the slow
--          start doubles its calls, then five per allowance:
--          kind (window, slots, day), limit, what the spare lanes may have of it, length in ms,
--          the part of the limit that is kept back (day only)
-- Returns  ms to wait (0 means granted), the code for which the breaker is open ('' if it is not),
--          1 if the breaker wants to know the outcome
local RECHECK_SLOT_MS = 50
local RECHECK_DAY_MS = 900000
local FIRST_CALLS = 2

local call, crm, family, spare = ARGV[1], ARGV[2], ARGV[3], ARGV[4] == '1'
local probe_length, doubling = tonumber(ARGV[5]), tonumber(ARGV[6])
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)

local function wait_for_entries(key, room, allowance)
  redis.call('ZREMRANGEBYSCORE', key, '-inf', now - allowance.length)
  local count = redis.call('ZCARD', key)
  if count < room then
    return 0
  end
  if allowance.kind == 'slots' then
    return RECHECK_SLOT_MS
  end
  if room <= 0 then
    return allowance.length
  end
  local leaving = redis.call('ZRANGE', key, count - room, count - room, 'WITHSCORES')
  return math.max(1, tonumber(leaving[2]) + allowance.length - now)
end

local function wait_for_window(allowance)
  local elsewhere = tonumber(redis.call('GET', allowance.others) or '0')
  local room = allowance.limit - elsewhere
  local wait = wait_for_entries(allowance.all, room, allowance)
  if elsewhere > 0 and room <= 0 then
    wait = math.max(1, redis.call('PTTL', allowance.others))
  end
  if spare then
    local share = math.min(allowance.spare_limit, room)
    wait = math.max(wait, wait_for_entries(allowance.spare, share, allowance))
  end
  return wait
end

local function day_is_spent(allowance)
  local known = redis.call('HMGET', allowance.all, 'used', 'limit')
  local limit = tonumber(known[2] or allowance.limit)
  local share = spare and allowance.spare_limit / allowance.limit or 1
  return tonumber(known[1] or '0') >= math.floor(limit * (1 - allowance.kept_back) * share)
end

-- Only an answer can tell that a spent day has turned, so one call goes through every quarter of an hour.
local function wait_for_day(allowance)
  if not day_is_spent(allowance) then
    redis.call('HDEL', allowance.all, 'asked')
    return 0
  end
  redis.call('HSETNX', allowance.all, 'asked', now)
  local asked = tonumber(redis.call('HGET', allowance.all, 'asked'))
  return math.max(0, asked + RECHECK_DAY_MS - now)
end

local function charge(allowance)
  if allowance.kind == 'day' then
    if day_is_spent(allowance) then
      redis.call('HSET', allowance.all, 'asked', now)
    end
    redis.call('HINCRBY', allowance.all, 'used', 1)
    if redis.call('PTTL', allowance.all) < 0 then
      redis.call('PEXPIRE', allowance.all, allowance.length)
    end
    return
  end
  for _, key in ipairs(spare and { allowance.all, allowance.spare } or { allowance.all }) do
    redis.call('ZADD', key, now, call)
    redis.call('PEXPIRE', key, allowance.length)
  end
end

local breaker = {}
local fields = redis.call('HGETALL', KEYS[2])
for place = 1, #fields, 2 do
  breaker[fields[place]] = fields[place + 1]
end
local is_open, code = breaker.opened_at, breaker.code or ''

-- One probe at a time, and the next one if that never reports back.
local function wait_for_probe()
  local out_for = tonumber(breaker.probe_until or '0') - now
  return math.max(0, breaker.probe_at - now, math.min(out_for, tonumber(breaker.interval)))
end

-- Just closed: a few calls, then twice as many every while, so that all who waited do not come at once.
local function wait_for_slow_start()
  local since, granted = now - breaker.closed_at, tonumber(breaker.granted or '0')
  if granted < math.floor(FIRST_CALLS * 2 ^ (since / doubling)) then
    return 0
  end
  return math.max(1, math.ceil(doubling * math.log((granted + 1) / FIRST_CALLS) / math.log(2) - since))
end

if is_open then
  local wait = wait_for_probe()
  if wait > 0 then
    return { wait, code, 0 }
  end
end

local allowances = {}
for key = 3, #KEYS, 4 do
  local argument = 7 + (key - 3) / 4 * 5
  allowances[#allowances + 1] = {
    all = KEYS[key], spare = KEYS[key + 1], others = KEYS[key + 2], closed = KEYS[key + 3],
    kind = ARGV[argument], limit = tonumber(ARGV[argument + 1]), spare_limit = tonumber(ARGV[argument + 2]),
    length = tonumber(ARGV[argument + 3]), kept_back = tonumber(ARGV[argument + 4]),
  }
end

local wait = breaker.closed_at and wait_for_slow_start() or 0
for _, allowance in ipairs(allowances) do
  wait = math.max(wait, redis.call('PTTL', allowance.closed))
  wait = math.max(wait, allowance.kind == 'day' and wait_for_day(allowance) or wait_for_window(allowance))
end
if wait > 0 then
  return { wait, '', 0 }
end

if is_open then
  redis.call('HSET', KEYS[2], 'probe', call, 'probe_until', now + probe_length)
elseif breaker.closed_at then
  redis.call('HINCRBY', KEYS[2], 'granted', 1)
end
for _, allowance in ipairs(allowances) do
  charge(allowance)
end
redis.call('HINCRBY', KEYS[1], crm, 1)
redis.call('HINCRBY', KEYS[1], family, 1)
return { 0, '', (is_open or breaker.failures) and 1 or 0 }
