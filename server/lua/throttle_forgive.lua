-- Take one try back from a bucket that more than one person fills.
-- KEYS: the bucket. ARGV: tries that are free. Returns the tries left in it.
if redis.call('EXISTS', KEYS[1]) == 0 then
  return 0
end
local tries = redis.call('HINCRBY', KEYS[1], 'tries', -1)
if tries < tonumber(ARGV[1]) then
  redis.call('HDEL', KEYS[1], 'until')
end
return tries
