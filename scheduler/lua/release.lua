-- Give the lease back if it is still ours.
-- KEYS: lease
-- ARGV: candidate and token
-- Returns 1, or 0 when it is not.
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return 0
end
return redis.call('DEL', KEYS[1])
