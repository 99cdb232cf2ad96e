/** The filter of the page, from its address: for the gateway, and for rows that arrive live. */
import type { RequestFilter, RequestRow } from '@/api/requests.ts'
import { boundsOf } from '@/lib/range.ts'
import type { RequestsSearch } from '@/lib/search-params.ts'

export function requestFilter(search: RequestsSearch, timeZone?: string): RequestFilter {
  const { outcome, status, user, key, model, upstream } = search
  return {
    ...boundsOf(search, timeZone),
    outcome,
    status,
    user_id: user,
    key_id: key,
    model,
    upstream,
  }
}

/** Whether a row that has just arrived belongs to what is shown. */
export function fits(row: RequestRow, search: RequestsSearch): boolean {
  const { outcome, status, user, key, model, upstream } = search
  return (
    (outcome === undefined || row.outcome === outcome) &&
    (status === undefined || statusFits(row.status, status)) &&
    (user === undefined || row.user_id === user) &&
    (key === undefined || row.key_id === key) &&
    (model === undefined || row.model === model) &&
    (upstream === undefined || row.upstream === upstream)
  )
}

/** "429", or a class such as "5xx". */
function statusFits(status: number, wanted: string): boolean {
  return wanted.endsWith('xx')
    ? Math.floor(status / 100) === Number(wanted[0])
    : status === Number(wanted)
}
