-- One decision of exact sliding windows, on the clock of Redis: of a key, and of its tenant.
--
-- A list holds the times of the requests that passed, oldest first. A request passes while fewer
-- than `quota` passed in each window that ends now, so no window of that length ever holds more.
-- Expired times are popped here: amortised, a decision costs a push and a pop. A refused request is
-- not counted in any window, so it does not delay the next one.
--
-- A list, not a sorted set: times arrive at the end and leave at the front, in O(1) and a fifth of
-- the memory. Counters of two fixed windows would be cheaper, but only estimate.
--
-- One call decides `wanted` requests: those of one subject in one turn of a server's event loop.
--
-- KEYS the windows   ARGV wanted, then for each window: quota, length in microseconds
-- returns { requests that pass, then for each window: requests left, microseconds until the oldest
-- leaves it }
local wanted = tonumber(ARGV[1])
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]

local function timeAt(key, index)
  return tonumber(redis.call('LINDEX', key, index))
end

for _, key in ipairs(KEYS) do
  local newest = timeAt(key, -1)
  if newest and newest > now then
    now = newest -- the clock went back, as after a failover: stop time until it catches up
  end
end

local passing = wanted
local windows = {}
for index, key in ipairs(KEYS) do
  local quota = tonumber(ARGV[2 * index])
  local length = tonumber(ARGV[2 * index + 1])
  local oldest = timeAt(key, 0)
  while oldest and oldest <= now - length do
    redis.call('LPOP', key)
    oldest = timeAt(key, 0)
  end
  local used = redis.call('LLEN', key)
  windows[index] = { key = key, quota = quota, length = length, used = used }
  passing = math.min(passing, quota - used)
end
passing = math.max(0, passing)

local result = { passing }
for _, window in ipairs(windows) do
  local key, length = window.key, window.length
  if passing > 0 then
    local stamp = string.format('%.0f', now)
    for _ = 1, passing do
      redis.call('RPUSH', key, stamp)
    end
    redis.call('PEXPIRE', key, math.ceil(length / 1000))
  end
  local free = window.quota - window.used - passing
  -- After the quota was lowered, the time that must expire first is further on.
  local blocking = timeAt(key, math.max(0, window.used + passing - window.quota))
  table.insert(result, math.max(0, free))
  table.insert(result, (blocking or now) + length - now)
end
return result
