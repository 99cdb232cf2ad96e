/** Who changed what. */
import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query'
import { ADMIN_URL } from '@/lib/addresses.ts'
import type { Bounds } from '@/lib/range.ts'
import type { AuditSearch } from '@/lib/search-params.ts'
import { api, type Schemas, unwrap } from './client.ts'

export type AuditEntry = Schemas['AuditEntry']

export const auditQuery = (filter: AuditSearch) =>
  infiniteQueryOptions({
    queryKey: ['audit', filter],
    queryFn: ({ pageParam, signal }) =>
      unwrap(api.GET('/audit', { params: { query: { ...filter, cursor: pageParam } }, signal })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next_cursor }) => next_cursor ?? undefined,
    placeholderData: keepPreviousData,
    staleTime: 0,
  })

/** What changes how requests are answered. */
const MARKED = ['key.', 'upstream.', 'model.', 'price.']
const MAX_MARKS = 100

/** The latest changes of each kind within a range, as charts mark them. */
export const changesQuery = ({ from, until }: Bounds, enabled: boolean) =>
  queryOptions({
    queryKey: ['audit', 'marks', from, until],
    queryFn: async ({ signal }) => {
      const pages = await Promise.all(
        MARKED.map((action) => {
          const query = { from, until, action, limit: MAX_MARKS }
          return unwrap(api.GET('/audit', { params: { query }, signal }))
        }),
      )
      return pages
        .flatMap(({ items }) => items)
        .map(({ at, action, subject, subject_name }) => ({
          at,
          text: `${action} ${subject_name ?? subject}`,
        }))
    },
    enabled,
    placeholderData: keepPreviousData,
  })

export function auditCsvUrl(filter: AuditSearch): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(filter))
    if (value !== undefined) query.set(name, value)
  return `${ADMIN_URL}/audit.csv?${query}`
}
