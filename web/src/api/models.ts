/** Public model names, where they lead, and prices. */
import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query'
import { api, type Schemas, unwrap } from './client.ts'
import { queryClient } from './query-client.ts'

export type Model = Schemas['Model']
export type Target = Schemas['Target']
export type NewPrice = Schemas['NewPrice']

export const modelsQuery = (search: string | undefined) =>
  infiniteQueryOptions({
    queryKey: ['models', search],
    queryFn: ({ pageParam, signal }) =>
      unwrap(api.GET('/models', { params: { query: { search, cursor: pageParam } }, signal })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next_cursor }) => next_cursor ?? undefined,
    placeholderData: keepPreviousData,
  })

/** What would serve a request for the model right now. */
export const explainQuery = (model: string) =>
  queryOptions({
    queryKey: ['models', 'explain', model],
    queryFn: ({ signal }) =>
      unwrap(api.GET('/models/explain', { params: { query: { model } }, signal })),
    staleTime: 0,
    refetchInterval: 5000,
  })

export function setPrice(model: string, body: NewPrice) {
  return changing(unwrap(api.PUT('/prices/{model}', { params: { path: { model } }, body })))
}

export function removePrice(model: string) {
  return changing(unwrap(api.DELETE('/prices/{model}', { params: { path: { model } } })))
}

async function changing<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work
  } finally {
    void queryClient.invalidateQueries({ queryKey: ['models'] })
  }
}
