/** A quota ledger that is a plain list, which fails where a test wants it, and instances of the quotas on it. */
import type { User } from '../../src/core/entities.ts'
import { GatewayError } from '../../src/core/errors.ts'
import type { LeaseRequest, QuotaLedger } from '../../src/quota/ledger.ts'
import { createQuotas, type QuotaReservation, type Quotas } from '../../src/quota/quota.ts'
import { isLeasedElsewhere, nextLease } from '../../src/quota/rules.ts'
import { lostRecord } from '../../src/usage/journal-entry.ts'
import type { UsageRecord } from '../../src/usage/record.ts'
import type { UsageStore } from '../../src/usage/store.ts'

export const NOW = Date.UTC(2026, 10, 23)
export const ada = (quota: number | null): User => ({
  id: 1,
  username: 'ada',
  email: null,
  role: 'user',
  status: 'active',
  monthlyQuotaTokens: quota,
  maxInFlight: null,
})

/** The ledger of one user, as the SQL one keeps it: stored use, and one lease an instance. */
export function plainLedger(quota: number) {
  const leases = new Map<string, number>()
  const all: ((userId: number) => void)[][] = []
  const stored: UsageStore = {
    async settle(records, instanceId) {
      await Bun.sleep(0)
      for (const { totalTokens } of records) {
        ledger.used += totalTokens
        leases.set(instanceId, (leases.get(instanceId) ?? 0) - totalTokens)
      }
      return records.length
    },
  }
  const ledger = {
    quota: quota as number | null,
    used: 0,
    away: false,
    /** At the next question, before or after its transaction is committed. */
    fails: null as 'before' | 'after' | null,
    leases,
    stored,
    promised: () =>
      ledger.used + [...leases.values()].reduce((sum, tokens) => sum + Math.max(0, tokens), 0),
  }
  /** As one process sees it: operations of an ended process are not carried out. */
  const portOf = (isGone: () => boolean): QuotaLedger => {
    const listeners: ((userId: number) => void)[] = []
    all.push(listeners)
    const tellOthers = () => {
      for (const each of all) if (each !== listeners) for (const listener of each) listener(1)
    }
    return { lease: (request) => lease(request, isGone, tellOthers), ...rest(listeners) }
  }
  const lease = async (request: LeaseRequest, isGone: () => boolean, tellOthers: () => void) => {
    await Bun.sleep(0)
    const { fails } = ledger
    ledger.fails = null
    if (ledger.away || isGone() || fails === 'before') throw new Error('away')
    const { quota, used } = ledger
    const others = [...leases].filter(([id]) => id !== request.instanceId)
    const leasedElsewhere = others.reduce((sum, [, tokens]) => sum + Math.max(0, tokens), 0)
    const figures = { quota, used, leasedElsewhere }
    const next = nextLease(figures, request)
    leases.set(request.instanceId, next)
    if (isLeasedElsewhere(figures, request, next)) setTimeout(tellOthers, 0)
    await Bun.sleep(0)
    if (fails === 'after') throw new Error('lost the answer')
    return { ...figures, lease: next }
  }
  const rest = (listeners: ((userId: number) => void)[]) => ({
    onWanted: (listener: (userId: number) => void) => void listeners.push(listener),
    async dropLeases(instanceId: string) {
      leases.delete(instanceId)
    },
  })
  return Object.assign(ledger, { port: portOf(() => false), portOf })
}

/** What a finished request leaves for the store. */
export function recordOf(tokens: number): UsageRecord {
  const entry = { requestId: 'r', startedAtMs: NOW, userId: 1, apiKeyId: 1, endpoint: 'x' }
  return lostRecord({ ...entry, model: 'm', stream: false, tokens, reservedTokens: 1 })
}

const running: Quotas[] = []
/** After each test. */
export async function stopQuotas(): Promise<void> {
  for (const quotas of running.splice(0)) await quotas.stop()
}

export function quotasOn(
  ledger: QuotaLedger,
  instanceId = 'one',
  divisor = 1,
  more: { ready?: Promise<unknown>; patienceMs?: number; monotonicMs?: () => number } = {},
): Quotas {
  const quotas = createQuotas({
    ledger,
    instanceId,
    divisor,
    defaultTokens: null,
    idleTicks: 2,
    renewalTicks: 10,
    ready: Promise.resolve(),
    patienceMs: 200,
    ...more,
  })
  running.push(quotas)
  return quotas
}

export async function held(
  quotas: Quotas,
  user: User,
  tokens: number,
): Promise<QuotaReservation | string> {
  try {
    return (await quotas.hold(user, tokens, NOW)) ?? 'no quota'
  } catch (error) {
    if (error instanceof GatewayError) return error.code
    throw error
  }
}
