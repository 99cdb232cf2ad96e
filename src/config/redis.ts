/** Which Redis, where one is named. */
import { ConfigError } from './config-error.ts'

/** The variables as read; only those of Redis matter here. */
interface Values {
  REDIS_URL?: string | undefined
  REDIS_HOST?: string | undefined
  REDIS_PORT: number
  REDIS_PASSWORD?: string | undefined
}

/** `redis://` or `rediss://` with user, password and database, or null. */
export function redisUrlOf(values: Values): string | null {
  if (values.REDIS_URL !== undefined) return values.REDIS_URL
  const { REDIS_HOST: host, REDIS_PORT: port, REDIS_PASSWORD: password } = values
  if (host === undefined) return null
  const named = host.includes(':') ? `[${host}]` : host
  const secret = password === undefined ? '' : `:${encodeURIComponent(password)}@`
  return `redis://${secret}${named}:${port}`
}

/** `given` tells what was set from what is a default. */
export function refuseUnclearRedis(values: Values, given: Record<string, string>): void {
  const parts = ['REDIS_HOST', 'REDIS_PORT', 'REDIS_PASSWORD']
  const part = parts.find((name) => given[name] !== undefined)
  if (part === undefined) return
  if (values.REDIS_URL !== undefined)
    throw new ConfigError(part, `REDIS_URL and ${part} are both set`, 'Unset one of them.')
  if (values.REDIS_HOST === undefined) {
    throw new ConfigError(
      'REDIS_HOST',
      `${part} is set without REDIS_HOST`,
      'Set REDIS_HOST, or unset it to count rate limits in this process.',
    )
  }
}
