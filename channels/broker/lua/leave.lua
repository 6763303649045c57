-- Count a member out.
-- KEYS: members, deadlines, users
-- ARGV: client, PUBLISH or SPUBLISH, pub/sub channel, message ("" for none)
expire(now_ms())
remove(ARGV[1])
if ARGV[4] ~= '' then
  redis.call(ARGV[2], ARGV[3], ARGV[4])
end
