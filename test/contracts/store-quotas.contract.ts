/** The contract of the quota ledger: leases never exceed what is left, for every implementation. */
import { expect, test } from 'bun:test'
import type { LeaseRequest } from '../../src/quota/ledger.ts'
import { LEASE_COUNTS_MS } from '../../src/quota/rules.ts'
import { type StoreUnderTest, usageRecord } from './store-under-test.ts'

const MONTH = { year: 2026, month: 11 }
const REQUEST = { free: 0, lease: 0, needed: 0, least: 0, divisor: 1, defaultTokens: null }

export function testQuotas(current: () => StoreUnderTest): void {
  const prepare = async (monthlyQuotaTokens: number | null) => {
    const { store } = current()
    const user = { username: 'ada', email: null, role: 'user' as const, monthlyQuotaTokens }
    const { id } = await store.createUser(user)
    const lease = (instanceId: string, request: Partial<LeaseRequest> = {}) =>
      store.quotas.lease({ ...REQUEST, userId: id, month: MONTH, instanceId, ...request })
    return { store, id, lease }
  }
  const leases = () =>
    current()
      .look('SELECT instance_id, tokens FROM quota_leases ORDER BY instance_id')
      .map(({ instance_id, tokens }) => [instance_id, Number(tokens)])

  test('an instance gets what it needs, or its part, and never more than is left', async () => {
    const { lease } = await prepare(1000)
    expect(await lease('a', { divisor: 4, needed: 10 })).toEqual({
      quota: 1000,
      used: 0,
      leasedElsewhere: 0,
      lease: 250,
    })
    expect(await lease('b', { divisor: 4, needed: 700 })).toMatchObject({ lease: 700 })
    expect(await lease('c', { needed: 51 })).toMatchObject({ leasedElsewhere: 950, lease: 50 })
    expect(leases()).toEqual([
      ['a', 250],
      ['b', 700],
      ['c', 50],
    ])
  })

  test('many instances at once lease exactly the quota', async () => {
    const { lease } = await prepare(1000)
    const asked = Array.from({ length: 40 }, (_, at) => lease(`i${at}`, { divisor: 7, needed: 33 }))
    const sum = (await Promise.all(asked)).reduce((all, given) => all + given.lease, 0)
    expect(sum).toBe(1000)
  })

  test('an expired lease of an instance that is gone blocks no other', async () => {
    const { lease } = await prepare(1000)
    const renewed = (msAgo: number) => {
      const at = new Date(Date.now() - msAgo).toISOString()
      current().byHand(`UPDATE quota_leases SET updated_at = '${at}' WHERE instance_id = 'gone'`)
    }
    await lease('gone', { divisor: 2 })
    renewed(LEASE_COUNTS_MS - 30_000)
    expect(await lease('b')).toMatchObject({ leasedElsewhere: 500, lease: 500 })
    renewed(LEASE_COUNTS_MS + 1)
    expect(await lease('b', { lease: 500 })).toMatchObject({ leasedElsewhere: 0, lease: 1000 })
  })

  test('a stored record moves its tokens from the lease to the use, and those of others do not', async () => {
    const { store, id, lease } = await prepare(1000)
    await lease('a')
    const used = { userId: id, totalTokens: 60 }
    await store.settle([usageRecord('held', { ...used, reservedTokens: 100 })], 'a')
    await store.settle([usageRecord('held', { ...used, reservedTokens: 100 })], 'a')
    expect(leases()).toEqual([['a', 940]])
    await store.settle([usageRecord('not-held', used)], 'a')
    expect(leases()).toEqual([['a', 940]])
    expect(await lease('b')).toEqual({ quota: 1000, used: 120, leasedElsewhere: 940, lease: 0 })
  })

  test('a lease is set to what the instance knows, whatever its row contained', async () => {
    const { lease } = await prepare(1000)
    await lease('a')
    current().byHand('DELETE FROM quota_leases')
    expect(await lease('a', { lease: 1000, free: 400 })).toMatchObject({ lease: 1000 })
    current().byHand('UPDATE quota_leases SET tokens = 5')
    expect(await lease('a', { lease: 600, free: 0 })).toMatchObject({ lease: 1000 })
    expect(leases()).toEqual([['a', 1000]])
  })

  test('a lowered quota takes back free tokens, and an empty lease leaves no row', async () => {
    const { store, id, lease } = await prepare(1000)
    await lease('a')
    await store.updateUser(id, { monthlyQuotaTokens: 300 })
    expect(await lease('a', { lease: 1000, free: 900 })).toMatchObject({ quota: 300, lease: 300 })
    expect(await lease('a', { lease: 300, free: 50, divisor: 1 })).toMatchObject({ lease: 300 })
    await store.updateUser(id, { monthlyQuotaTokens: 1 })
    expect(await lease('a', { lease: 300, free: 50 })).toMatchObject({ lease: 250 })
    expect(await lease('a', { lease: 0, divisor: Number.POSITIVE_INFINITY })).toMatchObject({
      lease: 0,
    })
    expect(leases()).toEqual([])
  })

  test('a lease below zero makes no room for others', async () => {
    const { store, id, lease } = await prepare(100)
    await lease('a')
    const long = { userId: id, totalTokens: 120, reservedTokens: 100 }
    await store.settle([usageRecord('long', long)], 'a')
    expect(leases()).toEqual([['a', -20]])
    await store.updateUser(id, { monthlyQuotaTokens: 110 })
    expect(await lease('b', { needed: 1 })).toMatchObject({ leasedElsewhere: 0, lease: 0 })
  })

  test('null takes the default, 0 means no quota, and a removed user gets nothing', async () => {
    const { store, id, lease } = await prepare(null)
    expect(await lease('a', { defaultTokens: 70 })).toMatchObject({ quota: 70, lease: 70 })
    expect(await lease('a', { lease: 7 })).toMatchObject({ quota: null, lease: 7 })
    await store.updateUser(id, { monthlyQuotaTokens: 0 })
    expect(await lease('a', { lease: 7, defaultTokens: 70 })).toMatchObject({ quota: null })
    expect(await lease('a', { userId: 99, needed: 5 })).toMatchObject({ lease: 0 })
  })

  test('all leases of an instance are dropped, and no others', async () => {
    const { store, lease } = await prepare(100)
    await lease('a', { divisor: 2 })
    await lease('b')
    await store.quotas.dropLeases('a')
    expect(leases()).toEqual([['b', 50]])
  })

  test('a reset use counts as zero until the totals are rebuilt from the records', async () => {
    const { store, id, lease } = await prepare(1000)
    await store.settle([usageRecord('one', { userId: id })], 'a')
    expect(await store.resetUse(id, MONTH)).toBe(true)
    expect(await store.resetUse(id, MONTH)).toBe(false)
    await lease('a', { needed: 5, divisor: 1000 })
    const row = { userId: id, username: 'ada', monthlyQuotaTokens: 1000, leased: 5 }
    expect(await store.listQuotas(MONTH, null, 0)).toEqual([{ ...row, used: 0 }])
    await store.repairMonth(MONTH)
    expect(await store.listQuotas(MONTH, null, 0)).toEqual([{ ...row, used: 18 }])
  })

  test('leases that were not renewed are found and dropped, and no others', async () => {
    const { store, id, lease } = await prepare(100)
    await lease('a', { divisor: 2 })
    await lease('b')
    current().byHand(
      `UPDATE quota_leases SET updated_at = '2026-11-01T00:00:00.000Z' WHERE instance_id = 'a'`,
    )
    const before = Date.UTC(2026, 10, 2)
    expect(await store.staleLeases(before)).toEqual([
      {
        userId: id,
        username: 'ada',
        month: MONTH,
        instanceId: 'a',
        tokens: 50,
        updatedAt: '2026-11-01T00:00:00.000Z',
      },
    ])
    expect(await store.listQuotas(MONTH, null, before)).toMatchObject([{ leased: 50 }])
    await store.dropStaleLeases(before)
    expect(leases()).toEqual([['b', 50]])
  })
}
