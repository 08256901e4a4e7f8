-- Count one event exactly once, in one atomic step.
--
-- Remembered events. Time is cut into windows; each window of a counter is a tree of small integer sets. A digest
-- belongs in the first node of its path, root first, that has room: a full node never changes again, so a digest that
-- is in no full node and not in the first one with room is not in the window. Small sets of integers are what Redis
-- stores most compactly and expires most cheaply, and the tree grows by itself at any event rate.
--
-- KEYS: the counter, its hour and day series, then for each window (the current one first) the nodes on the digest's
--       path, then, when FLAG is 1, the flag of lamed 0.4.3, then, when the indexes are the script's affair, the sets
--       of namespaces, of experiments, of the namespace's counters and of the experiment's counters.
-- ARGV: digest, windows, levels, node capacity, node seconds, FLAG, hour field, hour seconds, day field, day seconds,
--       then with indexes: namespace, experiment, most namespaces, most experiments, most counters.
-- Returns 0 duplicate, 1 counted, 2 counted and the counter is new; nothing is written for -1 too many namespaces,
-- -2 too many experiments, -3 too many counters.
--
-- Everything that can fail does so before the first write, and the first write is one that a full server refuses.

local counter, hours, days = KEYS[1], KEYS[2], KEYS[3]
local digest, windows, levels, capacity = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local flag = 3 + windows * levels + tonumber(ARGV[6])
local node, node_is_new

for window = 0, windows - 1 do
  for level = 1, levels do
    local key = KEYS[3 + window * levels + level]
    local size = redis.call('SCARD', key)
    if size > 0 and redis.call('SISMEMBER', key, digest) == 1 then return 0 end
    if size < capacity or level == levels then
      if window == 0 then node, node_is_new = key, size == 0 end
      break
    end
  end
end
if ARGV[6] == '1' and redis.call('EXISTS', KEYS[flag]) == 1 then return 0 end

local namespaces, experiments, counters, own = KEYS[flag + 1], KEYS[flag + 2], KEYS[flag + 3], KEYS[flag + 4]
local unindexed = own and redis.call('SISMEMBER', own, counter) == 0
if unindexed then
  redis.call('SISMEMBER', counters, counter)
  if redis.call('SISMEMBER', namespaces, ARGV[11]) == 0 and redis.call('EXISTS', experiments) == 0
    and redis.call('SCARD', namespaces) >= tonumber(ARGV[13]) then return -1 end
  if redis.call('SISMEMBER', experiments, ARGV[12]) == 0
    and redis.call('SCARD', experiments) >= tonumber(ARGV[14]) then return -2 end
  if redis.call('SCARD', own) >= tonumber(ARGV[15]) then return -3 end
end

local count = redis.call('INCR', counter)
redis.call('SADD', node, digest)
if node_is_new then redis.call('EXPIRE', node, ARGV[5]) end
if unindexed then
  redis.call('SADD', namespaces, ARGV[11])
  redis.call('SADD', experiments, ARGV[12])
  redis.call('SADD', counters, counter)
  redis.call('SADD', own, counter)
end
-- History must never cost a count: a series that some other program spoilt is left alone.
if redis.pcall('HINCRBY', hours, ARGV[7], 1) == 1 then redis.call('EXPIRE', hours, ARGV[8]) end
if redis.pcall('HINCRBY', days, ARGV[9], 1) == 1 then redis.call('EXPIRE', days, ARGV[10]) end
return count == 1 and 2 or 1
