-- Count one try in every bucket, unless one of them says to wait.
-- KEYS: the buckets. ARGV: now in ms, then for each bucket: tries that are free, longest wait in
-- ms, memory in ms. Returns 0, or the milliseconds to wait; then nothing was counted.
local now = tonumber(ARGV[1])
local wait = 0
for _, bucket in ipairs(KEYS) do
  local blocked = tonumber(redis.call('HGET', bucket, 'until') or '0')
  wait = math.max(wait, blocked - now)
end
if wait > 0 then
  return wait
end
for i, bucket in ipairs(KEYS) do
  local free, longest, memory = ARGV[3 * i - 1], ARGV[3 * i], ARGV[3 * i + 1]
  local over = redis.call('HINCRBY', bucket, 'tries', 1) - tonumber(free)
  if over >= 0 then
    local delay = math.min(tonumber(longest), 5000 * 2 ^ math.min(over, 20))
    redis.call('HSET', bucket, 'until', string.format('%d', now + delay))
  end
  redis.call('PEXPIRE', bucket, memory)
end
return 0
