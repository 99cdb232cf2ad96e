/** What becomes of old records, and what stays. */
import { expect, test } from 'bun:test'
import { type StoreUnderTest, usageRecord } from './store-under-test.ts'

const DAY_MS = 86_400_000
const FIRST_MS = Date.UTC(2026, 5, 1)

export function testRetention(current: () => StoreUnderTest): void {
  const ids = () =>
    current()
      .look('SELECT request_id FROM usage_records ORDER BY started_at, request_id')
      .map(({ request_id: id }) => id)
  const store = (count: number) =>
    current().store.settle(
      Array.from({ length: count }, (_, at) =>
        usageRecord(`r${String(at).padStart(5, '0')}`, { startedAtMs: FIRST_MS + at * DAY_MS }),
      ),
      'instance-1',
    )

  test('the oldest records are deleted in batches, and only those before the time', async () => {
    await store(1_300)
    const beforeMs = FIRST_MS + 1_200 * DAY_MS
    const { deleteRecordsBefore } = current().store
    const batches: number[] = []
    do batches.push(await deleteRecordsBefore(beforeMs))
    while (batches.at(-1) !== 0)
    expect(batches).toEqual([500, 500, 200, 0])
    expect(ids()).toHaveLength(100)
    expect(ids()[0]).toBe('r01200')
  })

  test('the first batch holds the oldest ones', async () => {
    await store(600)
    expect(await current().store.deleteRecordsBefore(FIRST_MS + 600 * DAY_MS)).toBe(500)
    expect(ids()[0]).toBe('r00500')
  })

  test('totals and the audit log stay', async () => {
    await store(3)
    const atMs = FIRST_MS
    const entry = { actor: 'cli', address: null, action: 'user.create', subject: 'user:1' }
    await current().store.audit({ ...entry, before: null, after: null, atMs })
    const totals = () => current().look('SELECT * FROM usage_monthly ORDER BY year, month')
    const before = totals()
    expect(before.length).toBeGreaterThan(0)
    expect(await current().store.deleteRecordsBefore(FIRST_MS + 9 * DAY_MS)).toBe(3)
    expect(totals()).toEqual(before)
    expect((await current().store.listAudit()).items).toHaveLength(1)
  })

  test('instances that delete at the same time delete each record once, without a failure', async () => {
    await store(1_200)
    const { deleteRecordsBefore } = current().store
    let deleted = 0
    const purge = async () => {
      for (;;) {
        const batch = await deleteRecordsBefore(FIRST_MS + 1_200 * DAY_MS)
        deleted += batch
        if (batch === 0) return
      }
    }
    await Promise.all([purge(), purge(), purge()])
    // One that found the last rows held by another stops early; the other has deleted them.
    expect(deleted).toBe(1_200)
    expect(ids()).toEqual([])
  })
}
