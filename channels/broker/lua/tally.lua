-- Sum what every node counts, forgetting nodes that fell silent.
-- KEYS: counts
-- ARGV: node, its count, freshness ms, least ms between two announcements
-- Returns {total, 1 when this caller shall announce it, 1 when it was or will be announced}.
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
if ARGV[2] == '0' then
  redis.call('HDEL', KEYS[1], 'node:' .. ARGV[1])
else
  redis.call('HSET', KEYS[1], 'node:' .. ARGV[1], string.format('%s %.0f', ARGV[2], now))
end
local total, said, said_at = 0, -1, 0
local fields = redis.call('HGETALL', KEYS[1])
for i = 1, #fields, 2 do
  local count, at = string.match(fields[i + 1], '^(%d+) (%d+)$')
  count, at = tonumber(count), tonumber(at)
  if fields[i] == 'said' then
    said, said_at = count, at
  elseif now - at <= tonumber(ARGV[3]) then
    total = total + count
  else
    redis.call('HDEL', KEYS[1], fields[i])
  end
end
local news, settled = 0, 0
if total ~= said and now - said_at >= tonumber(ARGV[4]) then
  news, said = 1, total
  redis.call('HSET', KEYS[1], 'said', string.format('%.0f %.0f', total, now))
end
redis.call('PEXPIRE', KEYS[1], 6 * tonumber(ARGV[3]))
if total == said then settled = 1 end
return {total, news, settled}
