/** One page of the list of models, as clients of Anthropic and of Google ask for it. Who asks for none gets all of them. */
import { invalidRequest } from '../../core/errors.ts'
import type { ModelEntry } from '../../protocols/protocol.ts'

interface Page {
  data: readonly ModelEntry[]
  more: boolean
}

const MAX_PAGE = 1_000

/** `limit`, and `after_id` or `before_id`. */
export function anthropicPage(data: readonly ModelEntry[], query: URLSearchParams): Page {
  const limit = countIn(query, 'limit', 1) ?? data.length
  const before = query.get('before_id')
  if (before !== null) {
    const end = placeOf(data, before, 'before_id')
    const start = Math.max(0, end - limit)
    return { data: data.slice(start, end), more: start > 0 }
  }
  const after = query.get('after_id')
  const start = after === null ? 0 : placeOf(data, after, 'after_id') + 1
  return { data: data.slice(start, start + limit), more: start + limit < data.length }
}

/** `pageSize` and `pageToken`: the last model of the page before, in a form of our own. */
export function geminiPage(
  data: readonly ModelEntry[],
  query: URLSearchParams,
): { data: readonly ModelEntry[]; next: string | null } {
  const size = Math.min(MAX_PAGE, countIn(query, 'pageSize', 0) || data.length)
  const token = query.get('pageToken') ?? ''
  const last = Buffer.from(token, 'base64url').toString()
  const start = token === '' ? 0 : placeOf(data, last, 'pageToken') + 1
  const page = data.slice(start, start + size)
  const end = page.at(-1)
  const isLast = end === undefined || start + size >= data.length
  return { data: page, next: isLast ? null : Buffer.from(end.id).toString('base64url') }
}

function countIn(query: URLSearchParams, name: string, least: number): number | null {
  const text = query.get(name)
  if (text === null || text === '') return null
  const count = /^\d{1,9}$/.test(text) ? Number(text) : -1
  if (count >= least && (name === 'pageSize' || count <= MAX_PAGE)) return count
  throw invalidRequest(`'${name}' must be a whole number from ${least} to ${MAX_PAGE}`, name)
}

function placeOf(data: readonly ModelEntry[], id: string, name: string): number {
  const place = data.findIndex((entry) => entry.id === id)
  if (place >= 0) return place
  throw invalidRequest(`'${name}' names no model of this list; ask for the first page again`, name)
}
