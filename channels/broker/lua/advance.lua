-- Move a mark, unless somebody or a loss of memory moved it meanwhile.
-- KEYS: mark
-- ARGV: what it is believed to be ("" for missing), what it shall be
-- Returns 1, or 0 when the belief was wrong.
if (redis.call('GET', KEYS[1]) or '') ~= ARGV[1] then
  return 0
end
redis.call('SET', KEYS[1], ARGV[2])
return 1
