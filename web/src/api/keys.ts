/** Proxy keys: what people and programs send. */
import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query'
import type { KeysSearch } from '@/lib/search-params.ts'
import { api, idempotencyKey, once, type Schemas, unwrap, unwrapVersioned } from './client.ts'
import { queryClient } from './query-client.ts'

export type Key = Schemas['Key']
export type CreatedKey = Schemas['CreatedKey']
export type NewKey = Schemas['NewKey']
export type KeyChange = Schemas['KeyChange']

export interface KeyFilter extends Pick<KeysSearch, 'q' | 'state' | 'unused' | 'expires'> {
  userId?: number
}

const AT_ONCE = 6

function keysPage(
  { q, state, unused, expires, userId }: KeyFilter,
  cursor: string | undefined,
  signal?: AbortSignal,
) {
  const query = {
    search: q,
    state,
    unused_days: unused,
    expires_within_days: expires,
    user_id: userId,
    cursor,
  }
  return unwrap(api.GET('/keys', { params: { query }, ...(signal && { signal }) }))
}

export const keysQuery = ({ q, state, unused, expires, userId }: KeyFilter) =>
  infiniteQueryOptions({
    queryKey: ['keys', { q, state, unused, expires, userId }],
    queryFn: ({ pageParam, signal }) =>
      keysPage({ q, state, unused, expires, userId }, pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next_cursor }) => next_cursor ?? undefined,
    placeholderData: keepPreviousData,
  })

export const keyQuery = (id: number) =>
  queryOptions({
    queryKey: ['key', id],
    queryFn: ({ signal }) =>
      unwrapVersioned(api.GET('/keys/{id}', { params: { path: { id } }, signal })),
  })

/** A function that creates a key once: a second call, after a lost reply, gives the same key without its secret. */
export function keyCreation(): (body: NewKey) => Promise<CreatedKey> {
  const header = { 'idempotency-key': idempotencyKey() }
  return once((body) => changing(unwrap(api.POST('/keys', { params: { header }, body }))))
}

export function keyRotation(id: number): (graceSeconds: number) => Promise<CreatedKey> {
  const params = { path: { id }, header: { 'idempotency-key': idempotencyKey() } }
  return once((grace_seconds) =>
    changing(unwrap(api.POST('/keys/{id}/rotate', { params, body: { grace_seconds } }))),
  )
}

export function changeKey(id: number, etag: string, body: KeyChange): Promise<Key> {
  const params = { path: { id }, header: { 'if-match': etag } }
  return changing(unwrap(api.PATCH('/keys/{id}', { params, body })))
}

export function revokeKey(id: number): Promise<Key> {
  return changing(unwrap(api.POST('/keys/{id}/revoke', { params: { path: { id } } })))
}

/** Every key under a filter that can still be used, page by page. */
export async function usableKeys(filter: KeyFilter): Promise<Key[]> {
  const found: Key[] = []
  let cursor: string | undefined
  do {
    const page = await keysPage(filter, cursor)
    found.push(...page.items.filter(({ state }) => state === 'active' || state === 'retiring'))
    cursor = page.next_cursor ?? undefined
  } while (cursor !== undefined)
  return found
}

/** Those that were not revoked; a few at a time. */
export async function revokeKeys(keys: readonly Key[]): Promise<Key[]> {
  const waiting = [...keys]
  const failed: Key[] = []
  const worker = async () => {
    for (let key = waiting.shift(); key !== undefined; key = waiting.shift())
      await unwrap(api.POST('/keys/{id}/revoke', { params: { path: { id: key.id } } })).catch(() =>
        failed.push(key as Key),
      )
  }
  await changing(Promise.all(Array.from({ length: AT_ONCE }, worker)))
  return failed
}

async function changing<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work
  } finally {
    for (const key of ['keys', 'key', 'users', 'user', 'overview'])
      void queryClient.invalidateQueries({ queryKey: [key] })
  }
}
