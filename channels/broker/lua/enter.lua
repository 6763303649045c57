-- Count members in, or renew them, for a while.
-- KEYS: members, deadlines, users
-- ARGV: ttl ms, PUBLISH or SPUBLISH, pub/sub channel, message for a newcomer ("" for none),
--       and for each member: client, user, info
local now, ttl = now_ms(), tonumber(ARGV[1])
expire(now)
for i = 5, #ARGV, 3 do
  local client, user, member = ARGV[i], ARGV[i + 1], ARGV[i + 1] .. '\n' .. ARGV[i + 2]
  local known = redis.call('HGET', KEYS[1], client)
  if known and user_of(known) ~= user then
    remove(client)
    known = false
  end
  if known ~= member then
    redis.call('HSET', KEYS[1], client, member)
  end
  redis.call('ZADD', KEYS[2], string.format('%.0f', now + ttl), client)
  if not known then
    redis.call('HINCRBY', KEYS[3], user, 1)
    if ARGV[4] ~= '' then
      redis.call(ARGV[2], ARGV[3], ARGV[4])
    end
  end
end
for _, key in ipairs(KEYS) do
  redis.call('PEXPIRE', key, 2 * ttl)
end
