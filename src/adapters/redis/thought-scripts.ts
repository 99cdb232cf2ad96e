/** Reading and writing several thoughts in one call. */

/** KEYS: names. */
export const RECALL = `return redis.call('MGET', unpack(KEYS))`

/** KEYS: names. ARGV: their texts, then the milliseconds that they last. */
export const REMEMBER = `
for at = 1, #KEYS do redis.call('SET', KEYS[at], ARGV[at], 'PX', ARGV[#KEYS + 1]) end
return #KEYS`
