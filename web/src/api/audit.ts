/** Who changed what. */
import { infiniteQueryOptions, keepPreviousData } from '@tanstack/react-query'
import { ADMIN_URL } from '@/lib/addresses.ts'
import type { AuditSearch } from '@/lib/search-params.ts'
import { api, type Schemas, unwrap } from './client.ts'

export type AuditEntry = Schemas['AuditEntry']

export const auditQuery = ({ actor, action, subject }: AuditSearch) =>
  infiniteQueryOptions({
    queryKey: ['audit', actor, action, subject],
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        api.GET('/audit', {
          params: { query: { actor, action, subject, cursor: pageParam } },
          signal,
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next_cursor }) => next_cursor ?? undefined,
    placeholderData: keepPreviousData,
    staleTime: 0,
  })

export function auditCsvUrl({ actor, action, subject }: AuditSearch): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries({ actor, action, subject }))
    if (value !== undefined) query.set(name, value)
  return `${ADMIN_URL}/audit.csv?${query}`
}
