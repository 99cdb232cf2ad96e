/** Assigns each invalid variable to the check that it concerns. */
import type { CheckId } from '../../core/check-ids.ts'
import { type Finding, failing } from '../finding.ts'

export interface ConfigurationFault {
  variable: string
  problem: string
  remedy: string
}

const OWNERS: readonly (readonly [variable: RegExp, id: CheckId])[] = [
  [/^ENCRYPTION_KEY/, 'ENC-1'],
  [/^(DATABASE_|POSTGRES_|DB_|DATA_DIR|JOURNAL_)/, 'DB-1'],
  [/^(REDIS_|RATE_LIMIT_|TRUSTED_PROXIES)/, 'LIM-1'],
  [/QUOTA/, 'QUO-1'],
  [/^(OPENAI_|AZURE_|UPSTREAM_|CIRCUIT_BREAKER_|GPT_PROXY_UPSTREAM_)/, 'UPS-1'],
  [/TIMEOUT|^LOG_/, 'SLOW-1'],
]

/** Other variables keep the gateway from starting, and so from answering. */
export function ownerOf({ variable }: ConfigurationFault): CheckId {
  return OWNERS.find(([pattern]) => pattern.test(variable))?.[1] ?? 'NGX-1'
}

export function judgeFault({ variable, problem, remedy }: ConfigurationFault): Finding {
  return failing('config', { variable, problem, remedy })
}
