-- Take the lease if nobody holds it.
-- KEYS: lease, fence
-- ARGV: candidate, lease ms
-- Returns {token, 0}, or {0, ms until the lease ends}.
local left = redis.call('PTTL', KEYS[1])
if left ~= -2 then
  return {0, left}
end
-- The server's clock under the counter keeps tokens growing when the server forgot everything.
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local last = tonumber(redis.call('GET', KEYS[2]) or '0')
local token = string.format('%.0f', math.max(last + 1, now))
redis.call('SET', KEYS[2], token)
redis.call('SET', KEYS[1], ARGV[1] .. ' ' .. token, 'PX', ARGV[2])
return {tonumber(token), 0}
