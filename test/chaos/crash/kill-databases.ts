/** The databases that a killed gateway is started over again, and how a test asks each of them. */
import { Database } from 'bun:sqlite'
import { join } from 'node:path'
import { SQL } from 'bun'
import { startPostgres } from '../../support/servers/postgres-server.ts'
import { startRedis } from '../../support/servers/redis-server.ts'

export interface KillDatabase {
  /** What the gateway is to know of it. */
  env: Record<string, string>
  query(sql: string): Promise<Record<string, unknown>[]>
  close(): Promise<void>
}

/** Never reached, but they make each request ask Redis. */
const LIMITS = { RATE_LIMIT_KEY_RPM: '1000000000', RATE_LIMIT_KEY_TPM: '1000000000000' }

export async function embedded(dataDir: string): Promise<KillDatabase> {
  return {
    env: {},
    async query(sql) {
      using reading = new Database(join(dataDir, 'gpt-proxy.sqlite'), { readwrite: true })
      reading.run('PRAGMA busy_timeout = 5000')
      return reading.query<Record<string, unknown>, []>(sql).all()
    },
    close: async () => {},
  }
}

export async function postgresAndRedis(): Promise<KillDatabase> {
  const [postgres, redis] = await Promise.all([
    startPostgres({ settings: ['fsync=off'] }),
    startRedis(),
  ])
  const url = postgres.url(postgres.createDatabase())
  const asking = new SQL({ url, max: 1 })
  return {
    env: {
      DATABASE_URL: url,
      REDIS_URL: redis.url,
      ENCRYPTION_KEY: '0123456789abcdef'.repeat(4),
      ...LIMITS,
    },
    query: async (sql) => [...((await asking.unsafe(sql)) as Record<string, unknown>[])],
    async close() {
      await asking.close()
      await redis.close()
      await postgres.close()
    },
  }
}
