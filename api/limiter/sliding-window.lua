-- One decision of an exact sliding window, by Redis's own clock.
--
-- The list holds the times of the requests that passed, oldest at the head. A request passes while fewer than `quota` passed in the
-- window that ends now, so no window of that length, wherever it is laid, ever holds more. What has left the window is popped
-- here, once each: amortised, a decision costs a push and a pop. A refused request is not counted: it does not put off
-- the moment that its client was told to wait for.
--
-- A list and not a sorted set: times only ever arrive at the end and leave at the front, which a list does in
-- O(1) and in a fifth of the memory. A counter in two fixed windows would be cheaper still, but it guesses.
--
-- Requests of one caller that come in one turn of a server's event loop are decided together: `wanted` of them at one time.
--
-- KEYS[1] the window   ARGV[1] quota   ARGV[2] length, in microseconds   ARGV[3] wanted
-- answers { how many pass, how many more would pass now, microseconds until the oldest request leaves the window }
local quota = tonumber(ARGV[1])
local length = tonumber(ARGV[2])
local wanted = tonumber(ARGV[3])
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]

local newest = tonumber(redis.call('LINDEX', KEYS[1], -1))
if newest and newest > now then
  now = newest -- the clock went back, as after a failover: time stands still until it has caught up
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
-- With a quota that was lowered since, the one that must leave first is further on.
local blocking = tonumber(redis.call('LINDEX', KEYS[1], math.max(0, used + passing - quota)))
return { passing, math.max(0, quota - used - passing), (blocking or now) + length - now }
