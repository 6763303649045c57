-- Remember a message and tell it to whoever listens, in one step.
-- KEYS: meta, stream, once ("" without a key)
-- ARGV: pub/sub channel, data, size, ttl, meta ttl, epoch for a new stream, once ttl
-- Returns {epoch, offset}: of the first publication when the key was seen before.
if KEYS[3] then
  local seen = redis.call('HMGET', KEYS[3], 'epoch', 'offset')
  if seen[1] then
    return {seen[1], tonumber(seen[2])}
  end
end
local offset = redis.call('HINCRBY', KEYS[1], 'top', 1)
local epoch = redis.call('HGET', KEYS[1], 'epoch')
if not epoch then
  epoch = ARGV[6]
  redis.call('HSET', KEYS[1], 'epoch', epoch)
end
if offset == 1 then
  redis.call('DEL', KEYS[2]) -- what an evicted meta left behind belongs to another epoch
end
redis.call('XADD', KEYS[2], 'MAXLEN', ARGV[3], offset .. '-0', 'd', ARGV[2])
redis.call('EXPIRE', KEYS[2], ARGV[4])
redis.call('EXPIRE', KEYS[1], ARGV[5])
if KEYS[3] then
  redis.call('HSET', KEYS[3], 'epoch', epoch, 'offset', offset)
  redis.call('EXPIRE', KEYS[3], ARGV[7])
end
redis.call('PUBLISH', ARGV[1], offset .. ' ' .. epoch .. ' ' .. ARGV[2])
return {epoch, offset}
