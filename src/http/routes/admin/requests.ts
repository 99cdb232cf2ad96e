/** Single requests: pages of a range, one by its id, bars over time. */
import { isoTime } from '../../../core/time/iso-time.ts'
import type { RequestPage, RequestQuery, TimeRange } from '../../../usage/console-reports.ts'
import { REFUSED, type RowFields } from '../../../usage/live/live-row.ts'
import { newestFirst } from '../../../usage/live/refused-requests.ts'
import * as contract from './contract/requests.ts'
import { ApiError } from './frame/api-error.ts'
import { type AdminRoutes, ownerScope } from './frame/operation.ts'
import type { AdminApiParts, Principal } from './frame/parts.ts'
import { continuationOf, cursorIn } from './views/request-cursor.ts'
import { refusedDetail, requestDetail, requestRow } from './views/request-views.ts'
import { filterOf, rangeOf } from './views/usage-query.ts'

const MAX_BARS = 120
const SLOT_MS = 1_800_000
const NOTHING_RECORDED: RequestPage = { entries: [], searchedUntilMs: null }

export function requestOperations({ on, parts }: AdminRoutes): void {
  const { reports } = parts
  on(contract.listRequests, async (context) => {
    const given = context.req.valid('query')
    const query: RequestQuery = {
      ...filterOf(given, context.var.principal),
      ...rangeOf(given),
      ...statusOf(given.status),
      outcome: given.outcome ?? null,
      after: cursorIn(given.cursor),
      // One more, so that it is known whether another page follows.
      limit: given.limit + 1,
    }
    const { entries, searchedUntilMs } =
      query.outcome === REFUSED ? NOTHING_RECORDED : await reports.requests(query)
    const searchedUntil = searchedUntilMs === null ? null : isoTime(searchedUntilMs)
    const refused = parts.services.live.refused
      .list(query)
      .filter(({ startedAt }) => searchedUntil === null || startedAt >= searchedUntil)
    // Both have the same order, so that a cursor means the same in either.
    const found = [...entries, ...refused].sort(newestFirst)
    const page = found.slice(0, given.limit)
    const items = await rows(parts, page)
    const last = found.length > given.limit ? page.at(-1) : undefined
    return context.json({ items, total: null, ...continuationOf(last, searchedUntil) }, 200)
  })
  on(contract.requestHistogram, async (context) => {
    const given = context.req.valid('query')
    const buckets = bars(rangeOf(given))
    const sums = await reports.sums({
      ...filterOf(given, context.var.principal),
      by: [],
      buckets,
    })
    const byBar = new Map(sums.map((sum) => [sum.bucket, sum]))
    const [first] = buckets
    return context.json(
      {
        step_seconds: first === undefined ? 0 : (first.untilMs - first.fromMs) / 1000,
        bars: buckets.map(({ fromMs }, at) => ({
          start: isoTime(fromMs),
          requests: byBar.get(at)?.requests ?? 0,
          errors: byBar.get(at)?.errors ?? 0,
        })),
      },
      200,
    )
  })
  on(contract.getRequest, async (context) => {
    const { request_id: requestId } = context.req.valid('param')
    const refused = parts.services.live.refused.find(requestId)
    if (refused !== null && isVisible(refused.row, context.var.principal))
      return context.json(refusedDetail(refused), 200)
    const entry = await reports.request(requestId)
    if (entry === null || !isVisible(entry, context.var.principal)) throw new ApiError('not_found')
    const [row] = await rows(parts, [entry])
    return context.json(requestDetail(row as NonNullable<typeof row>, entry), 200)
  })
}

function isVisible({ userId }: RowFields, principal: Principal): boolean {
  const owner = ownerScope(principal)
  return owner === null || owner === userId
}

async function rows({ reports }: AdminApiParts, entries: readonly RowFields[]) {
  const [users, keys] = await Promise.all([
    reports.names('user', [...new Set(entries.map(({ userId }) => userId))]),
    reports.names('key', [...new Set(entries.map(({ apiKeyId }) => apiKeyId))]),
  ])
  return entries.map((entry) =>
    requestRow(entry, {
      username: users.get(entry.userId) ?? `user #${entry.userId}`,
      keyName: keys.get(entry.apiKeyId) ?? `key #${entry.apiKeyId}`,
    }),
  )
}

function statusOf(text: string | undefined): Pick<RequestQuery, 'minStatus' | 'maxStatus'> {
  if (text === undefined) return { minStatus: 0, maxStatus: 0 }
  if (!text.endsWith('xx')) return { minStatus: Number(text), maxStatus: Number(text) }
  const hundreds = Number(text[0]) * 100
  return { minStatus: hundreds, maxStatus: hundreds + 99 }
}

/** As fine as the sums are, as long as there are not too many. */
function bars({ fromMs, untilMs }: TimeRange): TimeRange[] {
  const slots = Math.max(1, Math.ceil((untilMs - fromMs) / MAX_BARS / SLOT_MS))
  const stepMs = slots * SLOT_MS
  const startMs = Math.floor(fromMs / SLOT_MS) * SLOT_MS
  const count = Math.ceil((untilMs - startMs) / stepMs)
  return Array.from({ length: count }, (_, at) => ({
    fromMs: startMs + at * stepMs,
    untilMs: startMs + (at + 1) * stepMs,
  }))
}
