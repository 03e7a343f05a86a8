-- Take leases for several groups of identities: each group all or none, first come first served.
-- KEYS     the lease keys of all groups, one group after the other (Redis Cluster: all in one slot)
-- ARGV     time to live in ms, then per group: its token, how many of the KEYS are its own
-- Returns  per group 1 if it was taken, 0 if somebody holds one of its keys; asking again with one's token takes it again
local time_to_live = ARGV[1]
local taken = {}
local first = 1

for argument = 2, #ARGV, 2 do
  local token, size = ARGV[argument], tonumber(ARGV[argument + 1])
  local last = first + size - 1
  local free = 1
  for key = first, last do
    local holder = redis.call('GET', KEYS[key])
    if holder and holder ~= token then
      free = 0
    end
  end
  if free == 1 then
    for key = first, last do
      redis.call('SET', KEYS[key], token, 'PX', time_to_live)
    end
  end
  taken[#taken + 1] = free
  first = last + 1
end

return taken
