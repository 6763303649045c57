-- Read a piece of a channel's history together with its top; a channel begins its epoch here.
-- KEYS: meta, stream
-- ARGV: epoch for a new stream, meta ttl, since ("" for none), limit (0 for the top alone), reverse
-- Returns {epoch, top, {offset, data, info, offset, data, info, ...}}.
local meta = redis.call('HMGET', KEYS[1], 'epoch', 'top')
local epoch, top = meta[1], tonumber(meta[2] or '0')
if not epoch then
  epoch, top = ARGV[1], 0
  redis.call('HSET', KEYS[1], 'epoch', epoch, 'top', 0)
  redis.call('DEL', KEYS[2])
end
redis.call('EXPIRE', KEYS[1], ARGV[2])
local found = {}
local limit = tonumber(ARGV[4])
if limit > 0 then
  local entries
  if ARGV[5] == '1' then
    local from = '+'
    if ARGV[3] ~= '' then from = '(' .. ARGV[3] .. '-0' end
    entries = redis.call('XREVRANGE', KEYS[2], from, '-', 'COUNT', limit)
  else
    local from = '-'
    if ARGV[3] ~= '' then from = '(' .. ARGV[3] .. '-0' end
    entries = redis.call('XRANGE', KEYS[2], from, '+', 'COUNT', limit)
  end
  for _, entry in ipairs(entries) do
    found[#found + 1] = tonumber(string.match(entry[1], '^%d+'))
    found[#found + 1] = entry[2][2]
    found[#found + 1] = entry[2][4] or ''
  end
end
return {epoch, top, found}
