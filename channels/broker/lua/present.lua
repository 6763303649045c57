-- Tell who is counted in.
-- KEYS: members, deadlines, users
-- Returns {client, member, client, member, ...}.
expire(now_ms())
return redis.call('HGETALL', KEYS[1])
