-- One decision of an exact sliding window, on the clock of Redis.
--
-- The list holds the times of the requests that passed, oldest first. A request passes while fewer
-- than `quota` passed in the window that ends now, so no window of that length ever holds more.
-- Expired times are popped here: amortised, a decision costs a push and a pop. A refused request is
-- not counted, so it does not delay the next one.
--
-- A list, not a sorted set: times arrive at the end and leave at the front, in O(1) and a fifth of
-- the memory. Counters of two fixed windows would be cheaper, but only estimate.
--
-- One call decides `wanted` requests: those of one subject in one turn of a server's event loop.
--
-- KEYS[1] the window   ARGV[1] quota   ARGV[2] length in microseconds   ARGV[3] wanted
-- returns { requests that pass, requests left, microseconds until the oldest leaves the window }
local quota = tonumber(ARGV[1])
local length = tonumber(ARGV[2])
local wanted = tonumber(ARGV[3])
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]

local newest = tonumber(redis.call('LINDEX', KEYS[1], -1))
if newest and newest > now then
  now = newest -- the clock went back, as after a failover: stop time until it catches up
end

local oldest = tonumber(redis.call('LINDEX', KEYS[1], 0))
while oldest and oldest <= now - length do
  redis.call('LPOP', KEYS[1])
  oldest = tonumber(redis.call('LINDEX', KEYS[1], 0))
end

local used = redis.call('LLEN', KEYS[1])
local passing = math.max(0, math.min(wanted, quota - used))
if passing > 0 then
  local stamp = string.format('%.0f', now)
  for _ = 1, passing do
    redis.call('RPUSH', KEYS[1], stamp)
  end
  redis.call('PEXPIRE', KEYS[1], math.ceil(length / 1000))
end
-- After the quota was lowered, the time that must expire first is further on.
local blocking = tonumber(redis.call('LINDEX', KEYS[1], math.max(0, used + passing - quota)))
return { passing, math.max(0, quota - used - passing), (blocking or now) + length - now }
