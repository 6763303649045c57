-- Sum what the nodes counted lately.
-- KEYS: counts
-- ARGV: freshness ms
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local total = 0
local fields = redis.call('HGETALL', KEYS[1])
for i = 1, #fields, 2 do
  local count, at = string.match(fields[i + 1], '^(%d+) (%d+)$')
  if fields[i] ~= 'said' and now - tonumber(at) <= tonumber(ARGV[1]) then
    total = total + tonumber(count)
  end
end
return total
