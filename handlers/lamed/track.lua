-- Count one event exactly once, in one atomic step.
--
-- Remembered events. Time is cut into windows; each window of a counter is a tree of small integer sets, which is what
-- Redis stores most compactly and expires most cheaply. A digest belongs in the first node of its path, root first,
-- that has room. A full node never changes again: so a digest that is neither in the full nodes at the top of its path
-- nor in the first one with room is not in the window. The tree grows by itself, at any rate of events.
--
-- KEYS: the counter, its hour and day series; then for each window, the current one first, the nodes on the digest's
--       path; then, when FLAG is 1, the flag of lamed 0.4.3; then, unless they lie on other nodes of a cluster, the sets
--       of namespaces, of experiments, of the namespace's counters and of the experiment's counters.
-- ARGV: digest, windows, levels of a path, 1 if a path is complete, node capacity, node seconds, FLAG,
--       hour field, hour seconds, day field, day seconds; then, with the sets:
--       namespace, experiment, most namespaces, most experiments, most counters of an experiment.
-- Returns 0 duplicate, 1 counted, 2 counted and the counter is new. Nothing is written for -1 too many namespaces,
-- -2 too many experiments, -3 too many counters, -4 the path is full: come again with a complete one.
--
-- The first write is one that a full or read-only server refuses, and the count is not changed before all that may fail.

local call = redis.call
local counter, hours, days, digest = KEYS[1], KEYS[2], KEYS[3], ARGV[1]
local windows, levels, complete, capacity = tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4] == '1', tonumber(ARGV[5])
local node, node_is_new, window_is_new

for window = 0, windows - 1 do
  for level = 1, levels do
    local key = KEYS[3 + window * levels + level]
    local size = call('SCARD', key)
    if size > 0 and call('SISMEMBER', key, digest) == 1 then return 0 end
    if size < capacity or (complete and level == levels) then
      if window == 0 then node, node_is_new, window_is_new = key, size == 0, size == 0 and level == 1 end
      break
    end
    if level == levels then return -4 end
  end
end

local last = 3 + windows * levels
if ARGV[7] == '1' then
  last = last + 1
  if call('EXISTS', KEYS[last]) == 1 then return 0 end
end

local namespaces, experiments, counters, own = KEYS[last + 1], KEYS[last + 2], KEYS[last + 3], KEYS[last + 4]
local function index()
  call('SADD', namespaces, ARGV[12])
  call('SADD', experiments, ARGV[13])
  call('SADD', counters, counter)
  call('SADD', own, counter)
end

if own and window_is_new then  -- once a window is often enough, and mends an index that was deleted in part
  if call('SISMEMBER', own, counter) == 0 then
    if call('EXISTS', experiments) == 0 and call('SISMEMBER', namespaces, ARGV[12]) == 0
      and call('SCARD', namespaces) >= tonumber(ARGV[14]) then return -1 end
    if call('SISMEMBER', experiments, ARGV[13]) == 0
      and call('SCARD', experiments) >= tonumber(ARGV[15]) then return -2 end
    if call('SCARD', own) >= tonumber(ARGV[16]) then return -3 end
  end
  index()
end

local count = call('INCR', counter)
call('SADD', node, digest)
if node_is_new then call('EXPIRE', node, ARGV[6]) end
if own and count == 1 and not window_is_new then index() end  -- deleted by a program that left the window behind

-- History must never cost a count: a series that some other program spoilt is left alone.
if redis.pcall('HINCRBY', hours, ARGV[8], 1) == 1 then call('EXPIRE', hours, ARGV[9]) end
if redis.pcall('HINCRBY', days, ARGV[10], 1) == 1 then call('EXPIRE', days, ARGV[11]) end
return count == 1 and 2 or 1
