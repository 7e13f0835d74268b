// The clocks of nodes differ, so these use the time of Redis alone.

/** Milliseconds after which a node that says nothing, and the word that one is dead, are forgotten. */
const FORGET_MILLISECONDS = 24 * 3600 * 1000;

/**
 * A node says that it lives. It does not when it was declared dead, or was absent for longer than its key lives: others may have given
 * it up by then. Time in which no node said anything does not count: it was Redis that was away. A list that does not name the node is
 * that of a Redis that lost its data, or the node is new.
 * KEYS: its record, all members, the word that it is dead, the service. ARGV: id, milliseconds that the record lives, names and values.
 */
export const BEAT = `
local member, members, dead, service = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local id, ttl = ARGV[1], tonumber(ARGV[2])
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local last = tonumber(redis.call('HGET', service, 'last') or false)
local since = tonumber(redis.call('HGET', service, 'since') or false)
if not last or not since or now < last or now - last > ttl then since = now end
redis.call('HSET', service, 'last', string.format('%.0f', now), 'since', string.format('%.0f', since))
redis.call('PEXPIRE', service, ${FORGET_MILLISECONDS})
local reason = redis.call('GET', dead)
if reason then return {'dead', reason} end
local beat = tonumber(redis.call('ZSCORE', members, id) or false)
if beat and redis.call('EXISTS', member) == 0 and now - math.max(beat + ttl, since) > ttl then
  reason = 'it was not heard of for ' .. string.format('%.0f', now - beat) .. ' ms'
  redis.call('SET', dead, reason, 'PX', ${FORGET_MILLISECONDS})
  redis.call('ZREM', members, id)
  return {'dead', reason}
end
redis.call('HSET', member, unpack(ARGV, 3))
redis.call('PEXPIRE', member, ttl)
redis.call('ZADD', members, string.format('%.0f', now), id)
redis.call('PEXPIRE', members, ${FORGET_MILLISECONDS})
redis.call('ZREMRANGEBYSCORE', members, '-inf', string.format('%.0f', now - ${FORGET_MILLISECONDS}))
return {'alive', ''}`;

/**
 * A node is dead or has left: it is not to come back under this id. The first word stands.
 * KEYS: its record, all members, the word. ARGV: id, the word.
 */
export const DEAD = `
redis.call('SET', KEYS[3], ARGV[2], 'NX', 'PX', ${FORGET_MILLISECONDS})
redis.call('UNLINK', KEYS[1])
return redis.call('ZREM', KEYS[2], ARGV[1])`;
