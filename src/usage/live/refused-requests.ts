/**
 * The latest refused requests, in memory: a flood of refusals must not become a flood of rows in
 * the database. Each key keeps its latest ones, so that one key can't push out those of the others.
 */
import type { RequestQuery } from '../console-reports.ts'
import { REFUSED, type RefusedRequest, type RowFields } from './live-row.ts'

export interface RefusedRequests {
  add(refused: RefusedRequest): void
  /** Newest first, at most `limit`, in the order of the list of recorded requests. */
  list(query: RequestQuery): RowFields[]
  find(requestId: string): RefusedRequest | null
}

const MAX_KEYS = 200
const MAX_PER_KEY = 50

export function createRefusedRequests(): RefusedRequests {
  const byKey = new Map<number, RefusedRequest[]>()

  return {
    add(refused) {
      const { apiKeyId } = refused.row
      const known = byKey.get(apiKeyId) ?? []
      known.push(refused)
      if (known.length > MAX_PER_KEY) known.shift()
      // Reinserted, so that the first entry is the key that was refused least recently.
      byKey.delete(apiKeyId)
      byKey.set(apiKeyId, known)
      if (byKey.size <= MAX_KEYS) return
      const [oldest] = byKey.keys()
      if (oldest !== undefined) byKey.delete(oldest)
    },
    list(query) {
      if (query.upstream !== null) return []
      if (query.outcome !== null && query.outcome !== REFUSED) return []
      const kept = query.apiKeyId === null ? [...byKey.values()] : [byKey.get(query.apiKeyId) ?? []]
      return kept
        .flat()
        .map(({ row }) => row)
        .filter((row) => fits(row, query))
        .sort(newestFirst)
        .slice(0, query.limit)
    },
    find(requestId) {
      for (const kept of byKey.values()) {
        const found = kept.find(({ row }) => row.requestId === requestId)
        if (found !== undefined) return found
      }
      return null
    },
  }
}

function fits(row: RowFields, query: RequestQuery): boolean {
  const { after } = query
  const atMs = Date.parse(row.startedAt)
  return (
    atMs >= query.fromMs &&
    atMs < query.untilMs &&
    (query.userId === null || row.userId === query.userId) &&
    (query.model === null || row.model === query.model) &&
    (query.minStatus === 0 || (row.status >= query.minStatus && row.status <= query.maxStatus)) &&
    (after === null || newestFirst(after, row) < 0)
  )
}

type Placed = Pick<RowFields, 'startedAt' | 'requestId'>

/** The order of the list: by time, then by id. */
export function newestFirst(one: Placed, other: Placed): number {
  if (one.startedAt !== other.startedAt) return one.startedAt > other.startedAt ? -1 : 1
  if (one.requestId === other.requestId) return 0
  return one.requestId > other.requestId ? -1 : 1
}
