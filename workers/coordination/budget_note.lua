-- Note how much of an allowance the CRM says is used, calls of other tools included.
-- KEYS     what all lanes took, what others took (Redis Cluster: both in one slot)
-- ARGV     kind (window, day), how much is used, out of how many, length in ms, what we took the limit for
-- Returns  how much of it is not ours to use
local kind, used, limit, length = ARGV[1], tonumber(ARGV[2]), ARGV[3], tonumber(ARGV[4])

if kind == 'day' then
  redis.call('HSET', KEYS[1], 'used', used, 'limit', limit)
  redis.call('PEXPIRE', KEYS[1], length)
  return 0
end

-- Calls that are on their way count as ours already, so this never blames others for them.
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local ours = redis.call('ZCOUNT', KEYS[1], '(' .. (now - length), '+inf')
local others = math.max(0, used - ours) + math.max(0, tonumber(ARGV[5]) - tonumber(limit))
if others > 0 then
  redis.call('SET', KEYS[2], others, 'PX', length)
end
return others
