/** What a request with four limits costs in Redis, counted at a real gateway: one call before it, one after. */
import { expect, test } from 'bun:test'
import { startRig } from '../../chaos/rig.ts'
import { chatCompletion, jsonReply } from '../../support/mock/mock-replies.ts'
import { startRedis } from '../../support/servers/redis-server.ts'
import { waitFor } from '../../support/waiting.ts'

const LIMITS = {
  RATE_LIMIT_KEY_RPM: '100',
  RATE_LIMIT_KEY_TPM: '10000',
  RATE_LIMIT_IP_RPM: '100',
  RATE_LIMIT_IP_TPM: '10000',
}

test('a request calls Redis once for all of its limits before it is sent, and once at its end', async () => {
  const redis = await startRedis()
  const rig = await startRig({ models: { m: 1 }, env: { REDIS_URL: redis.url, ...LIMITS } })
  const calls = () =>
    Number(/cmdstat_evalsha:calls=(\d+)/.exec(redis.cli('INFO', 'commandstats'))?.[1] ?? 0)
  /** What is taken from each counter. */
  const taken = () =>
    redis
      .cli('KEYS', 'rate_limit:*:?pm')
      .split('\n')
      .sort()
      .map((name) => Number(redis.cli('HGET', name, 'sum')))
  try {
    const answer = Promise.withResolvers<void>()
    const usage = { prompt_tokens: 5, completion_tokens: 8, total_tokens: 13 }
    const reply = jsonReply(200, { ...chatCompletion('hi'), usage })
    rig.mock.script(() => [{ until: answer.promise }, ...reply])
    redis.cli('CONFIG', 'RESETSTAT')
    const messages = [{ role: 'user', content: 'Say hello' }]
    const asked = rig.gateway.chat({ model: 'm', max_tokens: 100, messages })
    await rig.mock.exchangeArrived(0)
    expect(calls()).toBe(1)
    // Requests and tokens of the address, then of the key.
    expect(taken()).toEqual([1, 104, 1, 104])
    answer.resolve()
    await (await asked).arrayBuffer()
    await waitFor('the correction', () => taken()[1] === 13)
    expect(taken()).toEqual([1, 13, 1, 13])
    expect(calls()).toBe(2)
  } finally {
    await rig.close()
    await redis.close()
  }
}, 60_000)
