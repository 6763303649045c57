-- What the scripts of presence share. KEYS: members, deadlines, users
-- A member is a field <client> = <user> LF <info>; users counts the clients of each user.
local function now_ms()
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end

local function user_of(member)
  return string.sub(member, 1, string.find(member, '\n', 1, true) - 1)
end

local function remove(client)
  local member = redis.call('HGET', KEYS[1], client)
  redis.call('ZREM', KEYS[2], client)
  if member then
    redis.call('HDEL', KEYS[1], client)
    local user = user_of(member)
    if redis.call('HINCRBY', KEYS[3], user, -1) <= 0 then
      redis.call('HDEL', KEYS[3], user)
    end
  end
end

-- Count out whoever was not renewed in time.
local function expire(now)
  for _, client in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', now)) do
    remove(client)
  end
end
