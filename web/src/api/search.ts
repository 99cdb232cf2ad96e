/** Finds things by a part of their name, for the palette. */
import { queryOptions } from '@tanstack/react-query'
import { api, unwrap } from './client.ts'
import type { paths } from './schema.ts'

export type SearchResult =
  paths['/search']['get']['responses'][200]['content']['application/json']['items'][number]

export const searchQuery = (q: string) =>
  queryOptions({
    queryKey: ['search', q],
    queryFn: ({ signal }) => unwrap(api.GET('/search', { params: { query: { q } }, signal })),
  })
