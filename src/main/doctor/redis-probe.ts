/** For LIM-1 and SLOW-1: is Redis reachable, how fast is it, and what does it do when its memory is full? */
import { withTimeout } from '../../core/time/with-timeout.ts'
import type { Measured, RedisSeen } from '../../doctor/evidence.ts'
import { whyNot } from './ask.ts'

const PATIENCE_MS = 2_000
const PINGS = 5

export function redisPlace(url: string): { host: string; port: number } {
  const { hostname, port } = new URL(url)
  return { host: hostname, port: port === '' ? 6379 : Number(port) }
}

export async function probeRedis(url: string): Promise<Measured<RedisSeen>> {
  const client = new Bun.RedisClient(url, {
    autoReconnect: false,
    enableOfflineQueue: false,
    connectionTimeout: PATIENCE_MS,
  })
  try {
    return { ok: true, ...(await withTimeout(seen(client), PATIENCE_MS, 'no answer in time')) }
  } catch (error) {
    return { ok: false, error: whyNot(error) }
  } finally {
    client.close()
  }
}

async function seen(client: Bun.RedisClient): Promise<RedisSeen> {
  await client.connect()
  const taken: number[] = []
  for (let tries = 0; tries < PINGS; tries++) {
    const fromMs = performance.now()
    await client.send('PING', [])
    taken.push(performance.now() - fromMs)
  }
  taken.sort((one, other) => one - other)
  return {
    latencyMs: Math.round(10 * (taken[PINGS >> 1] ?? 0)) / 10,
    policy: await policyOf(client),
  }
}

/** Hosted services often refuse this query. */
async function policyOf(client: Bun.RedisClient): Promise<string> {
  try {
    const answer: unknown = await client.send('CONFIG', ['GET', 'maxmemory-policy'])
    const said = Array.isArray(answer) ? answer[1] : Object.values(answer ?? {})[0]
    return typeof said === 'string' ? said : 'unknown'
  } catch {
    return 'unknown'
  }
}
