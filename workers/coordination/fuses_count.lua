-- Count one more write to each record.
-- KEYS     one per record (Redis Cluster: all in one slot)
-- ARGV     how many writes a record may have, within how many ms
-- Returns  per record, how many it has with this one; one too many keeps it counting for as long again
local limit, window = tonumber(ARGV[1]), tonumber(ARGV[2])
local counts = {}

for place, key in ipairs(KEYS) do
  counts[place] = redis.call('INCR', key)
  if counts[place] == 1 or counts[place] > limit then
    redis.call('PEXPIRE', key, window)
  end
end
return counts
