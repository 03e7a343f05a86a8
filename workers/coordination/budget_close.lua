-- Close an allowance for everybody for a while; never shortens an earlier closing.
-- KEYS     closed until, the call counters (Redis Cluster: both in one slot)
-- ARGV     for how many ms, the counter's name
-- Returns  for how many ms it is closed now
local length = math.max(tonumber(ARGV[1]), redis.call('PTTL', KEYS[1]))

redis.call('SET', KEYS[1], '1', 'PX', length)
redis.call('HINCRBY', KEYS[2], ARGV[2], 1)
return length
