/** Upstreams: the operator's keys at providers, and their health. */
import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query'
import { api, idempotencyKey, once, type Schemas, unwrap, unwrapVersioned } from './client.ts'
import { queryClient } from './query-client.ts'

export type Upstream = Schemas['Upstream']
export type NewUpstream = Schemas['NewUpstream']
export type UpstreamChange = Schemas['UpstreamChange']
export type UpstreamSettings = Omit<NewUpstream, 'name' | 'secret'>
export type CopiedField = 'weight' | 'models' | 'deployments' | 'api_version'

const REFRESH_MS = 15_000

export const upstreamsQuery = (search: string | undefined) =>
  infiniteQueryOptions({
    queryKey: ['upstreams', search],
    queryFn: ({ pageParam, signal }) =>
      unwrap(api.GET('/upstreams', { params: { query: { search, cursor: pageParam } }, signal })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next_cursor }) => next_cursor ?? undefined,
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
  })

export const upstreamQuery = (id: number) =>
  queryOptions({
    queryKey: ['upstream', id],
    queryFn: ({ signal }) =>
      unwrapVersioned(api.GET('/upstreams/{id}', { params: { path: { id } }, signal })),
  })

export const providersQuery = queryOptions({
  queryKey: ['providers'],
  queryFn: ({ signal }) => unwrap(api.GET('/providers', { signal })),
  staleTime: Number.POSITIVE_INFINITY,
})

export function upstreamCreation(): (body: NewUpstream) => Promise<Upstream> {
  const header = { 'idempotency-key': idempotencyKey() }
  return once((body) => changing(unwrap(api.POST('/upstreams', { params: { header }, body }))))
}

export function upstreamImport() {
  return once((settings: UpstreamSettings, secrets: string, test: boolean) =>
    changing(unwrap(api.POST('/upstreams/import', { body: { settings, secrets, test } }))),
  )
}

export function changeUpstream(id: number, etag: string, body: UpstreamChange): Promise<Upstream> {
  const params = { path: { id }, header: { 'if-match': etag } }
  return changing(unwrap(api.PATCH('/upstreams/{id}', { params, body })))
}

const at = (id: number) => ({ params: { path: { id } } })

/** What may be done with an upstream at once. */
export const upstreamActions = {
  test: (id: number) => changing(unwrap(api.POST('/upstreams/{id}/test', at(id)))),
  reset: (id: number) => changing(unwrap(api.POST('/upstreams/{id}/reset', at(id)))),
  drain: (id: number) => changing(unwrap(api.POST('/upstreams/{id}/drain', at(id)))),
  enable: (id: number) => changing(unwrap(api.POST('/upstreams/{id}/enable', at(id)))),
  disable: (id: number) => changing(unwrap(api.POST('/upstreams/{id}/disable', at(id)))),
  remove: (id: number) => changing(unwrap(api.DELETE('/upstreams/{id}', at(id)))),
  models: (id: number) => unwrap(api.POST('/upstreams/{id}/models', at(id))),
}

export function copySettings(from: number, to: number[], fields: CopiedField[]) {
  return changing(unwrap(api.POST('/upstreams/copy-settings', { body: { from, to, fields } })))
}

async function changing<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work
  } finally {
    for (const key of ['upstreams', 'upstream', 'models', 'overview'])
      void queryClient.invalidateQueries({ queryKey: [key] })
  }
}
