-- Remember a message and tell it to whoever listens, in one step.
-- KEYS: meta, stream, once (missing without a key)
-- ARGV: PUBLISH or SPUBLISH, pub/sub channel, data, info of the client ("" for none), size, ttl,
--       meta ttl, epoch for a new stream, once ttl
-- Returns {epoch, offset}: of the first publication when the key was seen before.
local channel, data, info = ARGV[2], ARGV[3], ARGV[4]
if KEYS[3] then
  local seen = redis.call('HMGET', KEYS[3], 'epoch', 'offset')
  if seen[1] then
    return {seen[1], tonumber(seen[2])}
  end
end
local offset = redis.call('HINCRBY', KEYS[1], 'top', 1)
local epoch = redis.call('HGET', KEYS[1], 'epoch')
if not epoch then
  epoch = ARGV[8]
  redis.call('HSET', KEYS[1], 'epoch', epoch)
end
if offset == 1 then
  redis.call('DEL', KEYS[2]) -- what an evicted meta left behind belongs to another epoch
end
local id, message = offset .. '-0', nil
if info == '' then
  redis.call('XADD', KEYS[2], 'MAXLEN', ARGV[5], id, 'd', data)
  message = 'p' .. offset .. ' ' .. epoch .. ' ' .. data
else
  redis.call('XADD', KEYS[2], 'MAXLEN', ARGV[5], id, 'd', data, 'i', info)
  message = 'c' .. offset .. ' ' .. epoch .. ' ' .. #info .. ' ' .. info .. data
end
redis.call('EXPIRE', KEYS[2], ARGV[6])
redis.call('EXPIRE', KEYS[1], ARGV[7])
if KEYS[3] then
  redis.call('HSET', KEYS[3], 'epoch', epoch, 'offset', offset)
  redis.call('EXPIRE', KEYS[3], ARGV[9])
end
redis.call(ARGV[1], channel, message)
return {epoch, offset}
