/** Usage: sums by group, and over time. */
import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { ADMIN_URL } from '@/lib/addresses.ts'
import type { Bounds } from '@/lib/range.ts'
import { api, type Schemas, unwrap } from './client.ts'

export type UsageReport = Schemas['UsageReport']
export type UsageSeries = Schemas['UsageSeries']
export type Step = UsageSeries['step']

export interface UsageFilter extends Bounds {
  /** One group, or two with a comma between. */
  by: string
  user_id?: number | undefined
  model?: string | undefined
}

export const usageQuery = (filter: UsageFilter) =>
  queryOptions({
    queryKey: ['usage', filter],
    queryFn: ({ signal }) =>
      unwrap(api.GET('/usage', { params: { query: { ...filter, top: 100 } }, signal })),
    placeholderData: keepPreviousData,
  })

const SHOWN_SERIES = 6

export const usageSeriesQuery = (filter: UsageFilter, step: Step) =>
  queryOptions({
    queryKey: ['usage', 'series', filter, step],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET('/usage/series', {
          params: { query: { ...filter, step, top: SHOWN_SERIES } },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
  })

/** Every row as a file, straight from the gateway to the disk. */
export function usageCsvUrl(filter: UsageFilter, step: Step): string {
  const query = new URLSearchParams({ from: filter.from, until: filter.until, by: filter.by, step })
  if (filter.user_id !== undefined) query.set('user_id', String(filter.user_id))
  if (filter.model !== undefined) query.set('model', filter.model)
  return `${ADMIN_URL}/usage.csv?${query}`
}
