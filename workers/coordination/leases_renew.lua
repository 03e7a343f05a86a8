-- Keep leases for another while: a group lives on only if all its keys are still its own.
-- KEYS     the lease keys of all groups, one group after the other (Redis Cluster: all in one slot)
-- ARGV     time to live in ms, then per group: its token, how many of the KEYS are its own
-- Returns  per group 1 if it lives on, 0 if it is lost
local time_to_live = ARGV[1]
local kept = {}
local first = 1

for argument = 2, #ARGV, 2 do
  local token, size = ARGV[argument], tonumber(ARGV[argument + 1])
  local last = first + size - 1
  local own = 1
  for key = first, last do
    if redis.call('GET', KEYS[key]) ~= token then
      own = 0
    end
  end
  if own == 1 then
    for key = first, last do
      redis.call('PEXPIRE', KEYS[key], time_to_live)
    end
  end
  kept[#kept + 1] = own
  first = last + 1
end

return kept
