-- Tell how many are counted in.
-- KEYS: members, deadlines, users
-- Returns {clients, users}.
expire(now_ms())
return {redis.call('HLEN', KEYS[1]), redis.call('HLEN', KEYS[3])}
