/** Users and their quotas. */
import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query'
import { api, idempotencyKey, once, type Schemas, unwrap, unwrapVersioned } from './client.ts'
import { queryClient } from './query-client.ts'

export type User = Schemas['User']
export type NewUser = Schemas['NewUser']
export type UserChange = Schemas['UserChange']

export const usersQuery = (search: string | undefined) =>
  infiniteQueryOptions({
    queryKey: ['users', search],
    queryFn: ({ pageParam, signal }) =>
      unwrap(api.GET('/users', { params: { query: { search, cursor: pageParam } }, signal })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next_cursor }) => next_cursor ?? undefined,
    placeholderData: keepPreviousData,
  })

/** The first few by a part of their name, for pickers. */
export const userChoicesQuery = (search: string) =>
  queryOptions({
    queryKey: ['users', 'choices', search],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET('/users', {
          params: { query: { search: search || undefined, limit: 20 } },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
  })

export const userQuery = (id: number) =>
  queryOptions({
    queryKey: ['user', id],
    queryFn: ({ signal }) =>
      unwrapVersioned(api.GET('/users/{id}', { params: { path: { id } }, signal })),
  })

/** A function that creates a user once, however often it is called. */
export function userCreation(): (body: NewUser) => Promise<User> {
  const header = { 'idempotency-key': idempotencyKey() }
  return once((body) => changing(unwrap(api.POST('/users', { params: { header }, body }))))
}

export function changeUser(id: number, etag: string, body: UserChange): Promise<User> {
  const params = { path: { id }, header: { 'if-match': etag } }
  return changing(unwrap(api.PATCH('/users/{id}', { params, body })))
}

export function removeUser(id: number): Promise<unknown> {
  return changing(unwrap(api.DELETE('/users/{id}', { params: { path: { id } } })))
}

export function resetQuota(id: number): Promise<unknown> {
  return changing(unwrap(api.POST('/users/{id}/quota/reset', { params: { path: { id } } })))
}

export const setupLink = (id: number) =>
  unwrap(api.POST('/users/{id}/setup-link', { params: { path: { id } } }))

export const signOutEverywhere = (id: number) =>
  unwrap(api.DELETE('/users/{id}/sessions', { params: { path: { id } } }))

/** Also after a failure: what is shown may be out of date, which is why it failed. */
async function changing<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work
  } finally {
    for (const key of ['users', 'user', 'keys', 'overview'])
      void queryClient.invalidateQueries({ queryKey: [key] })
  }
}
