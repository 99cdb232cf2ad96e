/** Public model names, their definitions, where they lead, and prices. */
import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query'
import { api, type Schemas, unwrap, unwrapVersioned } from './client.ts'
import { queryClient } from './query-client.ts'

export type Model = Schemas['Model']
export type Target = Schemas['Target']
export type NewPrice = Schemas['NewPrice']
export type Definition = Schemas['ModelDefinition']
export type NamedDefinition = Schemas['NamedDefinition']
export type ExplainedTarget = Schemas['ExplainedTarget']

export const modelsQuery = (search: string | undefined) =>
  infiniteQueryOptions({
    queryKey: ['models', search],
    queryFn: ({ pageParam, signal }) =>
      unwrap(api.GET('/models', { params: { query: { search, cursor: pageParam } }, signal })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next_cursor }) => next_cursor ?? undefined,
    placeholderData: keepPreviousData,
  })

export interface DryRun {
  keyId?: number | undefined
  /** A request as JSON, in any of the wire formats. */
  body?: string | undefined
}

/** What would serve a request for the model right now, and why. */
export const dryRunQuery = (model: string, { keyId, body }: DryRun) =>
  queryOptions({
    queryKey: ['models', 'dry-run', model, keyId, body],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET('/model-definitions/{model}/explain', {
          params: { path: { model }, query: { key_id: keyId, body } },
          signal,
        }),
      ),
    staleTime: 0,
    refetchInterval: 5000,
    placeholderData: keepPreviousData,
    retry: false,
  })

export const definitionQuery = (model: string) =>
  queryOptions({
    queryKey: ['models', 'definition', model],
    queryFn: ({ signal }) =>
      unwrapVersioned(
        api.GET('/model-definitions/{model}', { params: { path: { model } }, signal }),
      ),
  })

/** A new name; one that has a definition already is refused. */
export function defineModel(model: string, body: Definition): Promise<NamedDefinition> {
  const params = { path: { model }, header: { 'if-none-match': '*' as const } }
  return changing(unwrap(api.PUT('/model-definitions/{model}', { params, body })))
}

export function changeDefinition(
  model: string,
  etag: string,
  body: Definition,
): Promise<NamedDefinition> {
  const params = { path: { model }, header: { 'if-match': etag } }
  return changing(unwrap(api.PUT('/model-definitions/{model}', { params, body })))
}

export function removeDefinition(model: string) {
  return changing(unwrap(api.DELETE('/model-definitions/{model}', { params: { path: { model } } })))
}

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
