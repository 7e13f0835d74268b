// What must happen in one step, because several processes write the same keys. The text is sent each time: these are rare, and a
// server that has just been started knows no script by its hash. All keys of a call are in one slot, see RedisClient.prefix.

/**
 * A node or job is there; not if it has ended before, unless that was an error.
 * KEYS: its record, all of its kind, those that have ended. ARGV: id, order, seconds of the record, seconds of the list, 1 if it was an
 * error, names and values.
 * Each start also looks at ten of the list, and drops those whose records have expired: so the list cannot grow for ever.
 */
export const START = `
local record, all = KEYS[1], KEYS[2]
local id = ARGV[1]
if redis.call('HEXISTS', record, 'ended') == 1 then
  if ARGV[5] == '0' then return 0 end
  redis.call('HDEL', record, 'ended')
  redis.call('ZREM', KEYS[3], id)
end
redis.call('HSET', record, unpack(ARGV, 6))
redis.call('EXPIRE', record, ARGV[3])
redis.call('ZADD', all, 'NX', ARGV[2], id)
redis.call('EXPIRE', all, ARGV[4])
local prefix = string.sub(record, 1, #record - #id)
local from = tonumber(ARGV[2]) % redis.call('ZCARD', all)
for _, old in ipairs(redis.call('ZRANGE', all, from, from + 9)) do
  if redis.call('EXISTS', prefix .. old) == 0 then redis.call('ZREM', all, old) end
end
return 1`;

/**
 * A node or job has ended: it holds no objects and needs no functions, and of those that have ended the oldest go.
 * KEYS: its record, all of its kind, those that have ended. ARGV: id, order, time, the most that are kept, seconds, prefix of functions.
 */
export const END = `
local record, all, ended = KEYS[1], KEYS[2], KEYS[3]
local id = ARGV[1]
redis.call('UNLINK', record .. ':objects')
for _, hash in ipairs(redis.call('SMEMBERS', record .. ':functions')) do
  local jobs = ARGV[6] .. hash .. ':jobs'
  redis.call('SREM', jobs, id)
  if redis.call('EXISTS', jobs) == 0 then redis.call('UNLINK', ARGV[6] .. hash) end
end
redis.call('UNLINK', record .. ':functions')
if redis.call('EXISTS', record) == 0 or redis.call('HEXISTS', record, 'ended') == 1 then return 0 end
redis.call('HSET', record, 'ended', ARGV[3])
redis.call('EXPIRE', record, ARGV[5])
redis.call('EXPIRE', record .. ':counts', ARGV[5])
redis.call('ZADD', ended, ARGV[2], id)
redis.call('EXPIRE', ended, ARGV[5])
local prefix = string.sub(record, 1, #record - #id)
local extra = redis.call('ZCARD', ended) - tonumber(ARGV[4])
if extra > 0 then
  local gone = redis.call('ZPOPMIN', ended, extra)
  for index = 1, #gone, 2 do
    redis.call('UNLINK', prefix .. gone[index], prefix .. gone[index] .. ':counts')
    redis.call('ZREM', all, gone[index])
  end
end
return 1`;

/**
 * Tasks, each in the place of its earlier record; of all the oldest go. One command for a batch: making a thousand of them costs
 * the raylet many times what it costs Redis to run them.
 * KEYS: the list of tasks. ARGV: the most that are kept, prefix of their records, seconds, and a JSON text of [order, id, [names and
 * values]] for each task, all of them strings, because Lua's numbers are shortened on their way back to text.
 */
export const TASKS = `
for _, task in ipairs(cjson.decode(ARGV[4])) do
  local record = ARGV[2] .. task[2]
  redis.call('DEL', record)
  redis.call('HSET', record, unpack(task[3]))
  redis.call('EXPIRE', record, ARGV[3])
  redis.call('ZADD', KEYS[1], task[1], task[2])
end
redis.call('EXPIRE', KEYS[1], ARGV[3])
local extra = redis.call('ZCARD', KEYS[1]) - tonumber(ARGV[1])
if extra > 0 then
  local gone = redis.call('ZPOPMIN', KEYS[1], extra)
  for index = 1, #gone, 2 do redis.call('UNLINK', ARGV[2] .. gone[index]) end
end
return extra`;
