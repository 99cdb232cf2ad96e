/** Figures of the overview and the two charts beneath them. */
import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import type { OverviewSearch } from '@/lib/search-params.ts'
import { api, type Schemas, unwrap } from './client.ts'

export type Overview = Schemas['Overview']
export type Figure = Overview['figures']['requests']

const REFRESH_MS = 30_000

export const overviewQuery = (range: NonNullable<OverviewSearch['range']>) =>
  queryOptions({
    queryKey: ['overview', range],
    queryFn: ({ signal }) => unwrap(api.GET('/overview', { params: { query: { range } }, signal })),
    refetchInterval: REFRESH_MS,
    placeholderData: keepPreviousData,
  })

export interface Bounds {
  from: string
  until: string
}

export const costByModelQuery = (bounds: Bounds | undefined, step: 'hour' | 'day') =>
  queryOptions({
    queryKey: ['overview', 'cost-by-model', bounds, step],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET('/usage/series', {
          params: { query: { ...(bounds as Bounds), by: 'model', step, top: 5 } },
          signal,
        }),
      ),
    enabled: bounds !== undefined,
    placeholderData: keepPreviousData,
  })

export const outcomesQuery = (bounds: Bounds | undefined) =>
  queryOptions({
    queryKey: ['overview', 'outcomes', bounds],
    queryFn: ({ signal }) =>
      unwrap(api.GET('/requests/histogram', { params: { query: bounds as Bounds }, signal })),
    enabled: bounds !== undefined,
    placeholderData: keepPreviousData,
  })
