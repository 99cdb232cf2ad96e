/** Requests: the list, its histogram, and one with everything about it. */
import {
  infiniteQueryOptions,
  keepPreviousData,
  queryOptions,
  skipToken,
} from '@tanstack/react-query'
import type { RequestsSearch } from '@/lib/search-params.ts'
import { api, type Schemas, unwrap } from './client.ts'
import { queryClient } from './query-client.ts'

export type RequestRow = Schemas['Request']
export type RequestDetail = Schemas['RequestDetail']

export interface RequestFilter
  extends Pick<RequestsSearch, 'outcome' | 'status' | 'model' | 'upstream'> {
  user_id?: number | undefined
  key_id?: number | undefined
  from: string
  until: string
}

export const requestsQuery = (filter: RequestFilter) =>
  infiniteQueryOptions({
    queryKey: ['requests', filter],
    queryFn: ({ pageParam, signal }) => nextPage(filter, pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next_cursor }) => next_cursor ?? undefined,
    placeholderData: keepPreviousData,
    refetchOnWindowFocus: false,
  })

/** A search that took the server too long before it found anything continues until it finds something. */
async function nextPage(filter: RequestFilter, from: string | undefined, signal: AbortSignal) {
  for (let cursor = from; ; ) {
    const page = await unwrap(
      api.GET('/requests', { params: { query: { ...filter, cursor, limit: 100 } }, signal }),
    )
    const done = page.items.length > 0 || page.next_cursor === null
    queryClient.setQueryData(searchedQuery(filter).queryKey, done ? null : page.searched_until)
    if (done) return page
    cursor = page.next_cursor ?? undefined
  }
}

/** How far back a search that still runs has come without finding anything. Filled by `nextPage`. */
export const searchedQuery = (filter: RequestFilter) =>
  queryOptions<string | null>({
    queryKey: ['requests', 'searched', filter],
    queryFn: skipToken,
    initialData: null,
  })

export const histogramQuery = ({ outcome: _, status: __, ...filter }: RequestFilter) =>
  queryOptions({
    queryKey: ['requests', 'histogram', filter],
    queryFn: ({ signal }) =>
      unwrap(api.GET('/requests/histogram', { params: { query: filter }, signal })),
    placeholderData: keepPreviousData,
  })

/** By its id, on any date. */
export const requestQuery = (id: string) =>
  queryOptions({
    queryKey: ['request', id],
    queryFn: ({ signal }) =>
      unwrap(api.GET('/requests/{request_id}', { params: { path: { request_id: id } }, signal })),
    staleTime: 60_000,
  })
