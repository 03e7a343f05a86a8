-- Give leases back, each only if it is still one's own.
-- KEYS     lease keys (Redis Cluster: all in one slot)
-- ARGV     the token each key was taken with
-- Returns  how many were given back
local released = 0

for index, key in ipairs(KEYS) do
  if redis.call('GET', key) == ARGV[index] then
    released = released + redis.call('DEL', key)
  end
end

return released
