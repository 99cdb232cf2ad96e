/** Finished requests in SQL: stored once, added to the rollups, and subtracted from their quota leases. */
import type { Kysely } from 'kysely'
import { SYSTEM_USER_ID } from '../../../core/entities.ts'
import type { PriceCatalogue } from '../../../usage/price-catalogue.ts'
import type { UsageRecord } from '../../../usage/record.ts'
import type { UsageStore } from '../../../usage/store.ts'
import { inTransaction } from '../in-transaction.ts'
import type { Tables } from '../schema/schema.ts'
import { ATTEMPTS, attemptRows } from './attempt-rows.ts'
import type { RunBulk } from './bulk-statement.ts'
import { daySums } from './day-sums.ts'
import {
  FIRST_TOKEN,
  firstTokenRows,
  LATENCY,
  latencyRows,
  OVERHEAD,
  overheadRows,
} from './latency-rows.ts'
import { priced } from './prices.ts'
import {
  BY_DAY,
  BY_MONTH,
  BY_SLOT,
  BY_USER,
  byDayRows,
  byMonthRows,
  bySlotRows,
  byUserRows,
} from './report-sums.ts'
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
  /** Without a catalogue, only models with an operator's price are priced. */
  catalogue: PriceCatalogue | null
}

export function createUsageStore({ db, runBulk, catalogue }: Parts): UsageStore {
  return {
    async settle(given, instanceId) {
      // Requests of the gateway's own commands are not recorded as usage.
      const people = given.filter(({ userId }) => userId !== SYSTEM_USER_ID)
      if (people.length === 0) return 0
      const records = await priced(db, catalogue, onePerRequest(people))
      return inTransaction(db, async (step) => {
        const written = await runBulk(step, RECORDS, records.map(recordRow))
        const fresh = onlyWritten(records, written)
        if (fresh.length === 0) return 0
        // A fixed order of tables and rows prevents deadlocks between instances.
        const sums = daySums(fresh)
        const daily = dailyRows(sums)
        const slots = slotRows(sums)
        await runBulk(step, SLOTS, slots)
        await runBulk(step, BY_SLOT, bySlotRows(slots))
        const latency = latencyRows(fresh)
        await runBulk(step, LATENCY, latency)
        await runBulk(step, FIRST_TOKEN, firstTokenRows(latency))
        await runBulk(step, OVERHEAD, overheadRows(fresh))
        await runBulk(step, ATTEMPTS, attemptRows(fresh))
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

/** The first record of each request id. */
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
