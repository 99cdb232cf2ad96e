/** Brings the predecessor's usage into the ledger: its requests, and what its sums contain beyond them. */

import { NO_USAGE } from '../../core/token-usage.ts'
import type { UsageRecord } from '../../usage/record.ts'
import type { AdminStore } from '../store.ts'
import {
  addTokens,
  byMonth,
  larger,
  type Missing,
  missing,
  type Totals,
  totalsOf,
} from './balance.ts'
import type { OldRequest, OldTokens, Predecessor } from './rows.ts'

/** Of every request id that the import writes: a later run finds its own records by it. */
export const IMPORTED = 'imported-'
/** The model of records that stand for many requests. */
const UNKNOWN_MODEL = 'imported'

export interface Ids {
  users: ReadonlyMap<string, number>
  keys: ReadonlyMap<string, number>
}

export interface ImportedUsage {
  requests: { imported: number; known: number; leftOut: number }
  /** Records that stand for what only the sums contain. */
  remainders: number
  tokens: number
}

/** By user and month. What is stored differs from what the predecessor states. */
export interface Difference {
  userId: number
  month: string
  stated: number
  stored: number
}

export async function importUsage(
  store: AdminStore,
  old: Predecessor,
  ids: Ids,
): Promise<ImportedUsage & { differences: Difference[] }> {
  const { requests, days: found } = await importRequests(store, old, ids)
  const days = mapped(totalsOf(old.days), ids)
  const months = mapped(totalsOf(old.months), ids)
  const wanted = larger(byMonth(larger(found, days)), months)

  // What an earlier run has stored is not stored again.
  const remainders =
    (await importRemainders(store, missing(days, await stored(store)), 'day')) +
    (await importRemainders(store, missing(months, byMonth(await stored(store))), 'month'))
  const result = byMonth(await stored(store))
  const differences = differing(wanted, result)
  let tokens = 0
  for (const periods of result.values())
    for (const sum of periods.values()) tokens += sum.totalTokens
  return { requests, remainders, tokens, differences }
}

async function importRequests(store: AdminStore, old: Predecessor, ids: Ids) {
  const requests = { imported: 0, known: 0, leftOut: 0 }
  const days: Totals = new Map()
  for await (const batch of old.requests()) {
    const records: UsageRecord[] = []
    for (const request of batch) {
      const userId = ids.users.get(request.userId)
      if (userId === undefined) {
        requests.leftOut++
        continue
      }
      const period = new Date(request.atMs).toISOString().slice(0, 10)
      addTokens(days, { ...request, userId: String(userId), period }, request)
      records.push(recordOf(request, userId, ids.keys.get(request.apiKeyId ?? '') ?? 0))
    }
    const imported = await store.importUsage(records)
    requests.imported += imported
    requests.known += records.length - imported
  }
  return { requests, days }
}

async function importRemainders(
  store: AdminStore,
  sums: readonly Missing[],
  kind: 'day' | 'month',
): Promise<number> {
  const records = sums.map((sum) => {
    const atMs = Date.parse(kind === 'day' ? sum.period : `${sum.period}-01`)
    // A later run, after more was used, adds another one, which begins where this one ends.
    const id = `${sum.userId}-${sum.period}-${sum.found}`
    const request = { ...sum, ...NO_REQUEST, id, atMs }
    return recordOf(request, Number(sum.userId), 0)
  })
  return store.importUsage(records)
}

const NO_REQUEST = {
  apiKeyId: null,
  model: UNKNOWN_MODEL,
  endpoint: 'imported',
  stream: false,
  status: 200,
  durationMs: 0,
  costUsd: null,
}

function recordOf(request: OldRequest, userId: number, apiKeyId: number): UsageRecord {
  const { promptTokens, completionTokens, totalTokens, status } = request
  return {
    ...NO_USAGE,
    requestId: `${IMPORTED}${request.id}`,
    startedAtMs: request.atMs,
    userId,
    apiKeyId,
    endpoint: request.endpoint,
    model: request.model,
    upstreamModel: null,
    upstreamKeyId: null,
    upstream: null,
    provider: null,
    stream: request.stream,
    status,
    outcome: status < 400 ? 'ok' : status < 500 ? 'rejected' : 'upstream_error',
    errorCode: null,
    attempts: [],
    durationMs: request.durationMs,
    firstTokenMs: null,
    reservedTokens: 0,
    costUsd: request.costUsd,
    promptTokens,
    completionTokens,
    totalTokens,
  }
}

/** By the ids here; users that are gone are left out. */
function mapped(totals: Totals, { users }: Ids): Totals {
  const here: Totals = new Map()
  for (const [oldId, periods] of totals) {
    const userId = users.get(oldId)
    if (userId === undefined) continue
    for (const [period, tokens] of periods)
      addTokens(here, { userId: String(userId), period, ...tokens }, tokens)
  }
  return here
}

async function stored(store: AdminStore): Promise<Totals> {
  return totalsOf(await store.importedUsage(IMPORTED))
}

function differing(wanted: Totals, result: Totals): Difference[] {
  const tokensIn = (totals: Totals, userId: string, month: string): number =>
    (totals.get(userId)?.get(month) as OldTokens | undefined)?.totalTokens ?? 0
  const users = new Set([...wanted.keys(), ...result.keys()])
  return [...users].flatMap((userId) => {
    const months = new Set([
      ...(wanted.get(userId)?.keys() ?? []),
      ...(result.get(userId)?.keys() ?? []),
    ])
    return [...months].flatMap((month) => {
      const stated = tokensIn(wanted, userId, month)
      const there = tokensIn(result, userId, month)
      return stated === there ? [] : [{ userId: Number(userId), month, stated, stored: there }]
    })
  })
}
