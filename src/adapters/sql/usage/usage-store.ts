/** Finished requests in SQL: kept once, summed by day and month, and taken off the leases of their quota. */
import type { Kysely } from 'kysely'
import { SYSTEM_USER_ID } from '../../../core/entities.ts'
import type { PriceCatalogue } from '../../../usage/price-catalogue.ts'
import type { UsageRecord } from '../../../usage/record.ts'
import type { UsageStore } from '../../../usage/store.ts'
import type { Tables } from '../schema/schema.ts'
import type { RunBulk } from './bulk-statement.ts'
import { daySums } from './day-sums.ts'
import { LATENCY, latencyRows } from './latency-rows.ts'
import { priced } from './prices.ts'
import { BY_DAY, BY_MONTH, BY_USER, byDayRows, byMonthRows, byUserRows } from './report-sums.ts'
import { RECORDS, recordRow } from './usage-rows.ts'
import {
  DAILY,
  dailyRows,
  LEASES,
  leaseRows,
  MONTHLY,
  monthlyRows,
  SLOTS,
  slotRows,
} from './usage-sums.ts'

interface Parts {
  db: Kysely<Tables>
  runBulk: RunBulk
  /** Without one, only models with a price of the operator's are priced. */
  catalogue: PriceCatalogue | null
}

export function createUsageStore({ db, runBulk, catalogue }: Parts): UsageStore {
  return {
    async settle(given, instanceId) {
      // What the gateway's own commands ask for is nobody's use.
      const people = given.filter(({ userId }) => userId !== SYSTEM_USER_ID)
      if (people.length === 0) return 0
      const records = await priced(db, catalogue, onePerRequest(people))
      return db.transaction().execute(async (step) => {
        const written = await runBulk(step, RECORDS, records.map(recordRow))
        const fresh = onlyWritten(records, written)
        if (fresh.length === 0) return 0
        // In this order everywhere, and the rows of each in theirs: no two instances wait for each other.
        const sums = daySums(fresh)
        const daily = dailyRows(sums)
        await runBulk(step, SLOTS, slotRows(sums))
        await runBulk(step, LATENCY, latencyRows(fresh))
        await runBulk(step, DAILY, daily)
        await runBulk(step, BY_DAY, byDayRows(daily))
        await runBulk(step, BY_USER, byUserRows(daily))
        await runBulk(step, BY_MONTH, byMonthRows(daily))
        await runBulk(step, MONTHLY, monthlyRows(sums))
        await runBulk(step, LEASES, leaseRows(sums, instanceId))
        return fresh.length
      })
    },
  }
}

/** The first of each request id. */
function onePerRequest(records: readonly UsageRecord[]): readonly UsageRecord[] {
  const seen = new Set<string>()
  for (const { requestId } of records) seen.add(requestId)
  if (seen.size === records.length) return records
  return records.filter(({ requestId }) => seen.delete(requestId))
}

function onlyWritten(
  records: readonly UsageRecord[],
  written: readonly unknown[],
): readonly UsageRecord[] {
  if (written.length === records.length) return records
  const ids = new Set(written)
  return records.filter(({ requestId }) => ids.has(requestId))
}
