/** What holding and settling a quota costs a request, without the ledger: nanoseconds a pair. */
import { createQuotas } from '../../src/quota/quota.ts'

const PAIRS = 2_000_000
const user = { id: 1, username: 'a', email: null, role: 'user', status: 'active' } as const
const quotas = createQuotas({
  ledger: {
    lease: async () => ({ quota: 1e15, used: 0, leasedElsewhere: 0, lease: 1e15 }),
    dropLeases: async () => {},
    onWanted() {},
  },
  instanceId: 'bench',
  defaultTokens: null,
  divisor: 1,
  idleTicks: 10,
  renewalTicks: 100,
  ready: Promise.resolve(),
})

for (const monthlyQuotaTokens of [1e15, null]) {
  const holder = { ...user, monthlyQuotaTokens, maxInFlight: null }
  const now = Date.now()
  await quotas.hold(holder, 1, now)
  for (let round = 0; round < 3; round++) {
    const from = performance.now()
    for (let pair = 0; pair < PAIRS; pair++) {
      const hold = quotas.hold(holder, 100, now)
      if (hold !== null && !(hold instanceof Promise)) quotas.settle(hold, 50)
    }
    const ns = ((performance.now() - from) * 1e6) / PAIRS
    console.log(`quota ${monthlyQuotaTokens}: ${ns.toFixed(1)} ns for hold and settle`)
  }
}
