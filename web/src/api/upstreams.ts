/** Upstreams: the operator's keys at providers, and their health. */
import {
  type InfiniteData,
  infiniteQueryOptions,
  keepPreviousData,
  queryOptions,
} from '@tanstack/react-query'
import { type GivenLine, importPlan } from '@/lib/import-parts.ts'
import { api, idempotencyKey, once, type Schemas, unwrap, unwrapVersioned } from './client.ts'
import { queryClient } from './query-client.ts'

export type Upstream = Schemas['Upstream']
export type NewUpstream = Schemas['NewUpstream']
export type UpstreamChange = Schemas['UpstreamChange']
export type UpstreamSettings = Omit<NewUpstream, 'name' | 'secret'>
export type CopiedField = 'weight' | 'models' | 'deployments' | 'api_version'

const REFRESH_MS = 15_000

const upstreamsPage = (
  search: string | undefined,
  cursor: string | undefined,
  signal: AbortSignal,
) => unwrap(api.GET('/upstreams', { params: { query: { search, cursor } }, signal }))

export const upstreamsQuery = (search: string | undefined) =>
  infiniteQueryOptions({
    queryKey: ['upstreams', search],
    queryFn: ({ pageParam, signal }) => upstreamsPage(search, pageParam, signal),
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

export type ImportedLine = Awaited<ReturnType<typeof importPart>>['lines'][number]

/** Each is a request to the provider, if they are tested. */
const PART = { tested: 40, untested: 500 }

interface ImportOptions {
  test: boolean
  /** Called with the number of different keys that have been dealt with. */
  onProgress: (keys: number) => void
  /** Ends it before the next part. */
  signal: AbortSignal
}

/** What became of each line, in their order. Keys that were added before a failure stay, so it can be repeated. */
export async function importUpstreams(
  settings: UpstreamSettings,
  text: string,
  { test, onProgress, signal }: ImportOptions,
): Promise<ImportedLine[]> {
  const { parts, repeated } = importPlan(text, test ? PART.tested : PART.untested)
  const lines = repeated.map(repeatedLine)
  const send = async () => {
    for (const part of parts) {
      signal.throwIfAborted()
      const secrets = part.map(({ secret }) => secret).join('\n')
      const { lines: done } = await importPart(settings, secrets, test)
      // The gateway counts the lines of this part.
      for (const each of done) lines.push({ ...each, line: part[each.line - 1]?.line ?? each.line })
      onProgress(lines.length - repeated.length)
    }
  }
  await changing(send())
  return lines.sort((one, other) => one.line - other.line)
}

const importPart = (settings: UpstreamSettings, secrets: string, test: boolean) =>
  unwrap(api.POST('/upstreams/import', { body: { settings, secrets, test } }))

function repeatedLine({ line, secret }: GivenLine): ImportedLine {
  const nothing = { reason: null, upstream_id: null, name: null }
  return { line, key_hint: secret.slice(-4), result: 'duplicate', ...nothing }
}

export async function changeUpstream(
  id: number,
  etag: string,
  body: UpstreamChange,
): Promise<Upstream> {
  const params = { path: { id }, header: { 'if-match': etag } }
  return showRow(await unwrap(api.PATCH('/upstreams/{id}', { params, body })))
}

const at = (id: number) => ({ params: { path: { id } } })

/** What may be done with an upstream at once. */
export const upstreamActions = {
  async test(id: number) {
    const result = await unwrap(api.POST('/upstreams/{id}/test', at(id)))
    showRow(await unwrap(api.GET('/upstreams/{id}', at(id))))
    return result
  },
  reset: async (id: number) => showRow(await unwrap(api.POST('/upstreams/{id}/reset', at(id)))),
  drain: async (id: number) => showRow(await unwrap(api.POST('/upstreams/{id}/drain', at(id)))),
  enable: async (id: number) => showRow(await unwrap(api.POST('/upstreams/{id}/enable', at(id)))),
  remove: (id: number) => changing(unwrap(api.DELETE('/upstreams/{id}', at(id)))),
  models: (id: number) => unwrap(api.POST('/upstreams/{id}/models', at(id))),
}

export function copySettings(from: number, to: number[], fields: CopiedField[]) {
  return changing(unwrap(api.POST('/upstreams/copy-settings', { body: { from, to, fields } })))
}

type Pages = InfiniteData<Awaited<ReturnType<typeof upstreamsPage>>>

/**
 * Replaces one row of the lists. Those of one page are loaded again, because the shares of the others may have
 * changed; a thousand upstreams are not: they are refreshed soon anyway.
 */
function showRow(row: Upstream): Upstream {
  queryClient.setQueriesData<Pages>(
    { queryKey: ['upstreams'] },
    (lists) =>
      lists && {
        ...lists,
        pages: lists.pages.map((page) => ({
          ...page,
          items: page.items.map((item) => (item.id === row.id ? row : item)),
        })),
      },
  )
  void queryClient.invalidateQueries({
    queryKey: ['upstreams'],
    predicate: ({ state }) => ((state.data as Pages | undefined)?.pages.length ?? 0) <= 1,
  })
  refresh(['upstream', 'models', 'overview'])
  return row
}

async function changing<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work
  } finally {
    refresh(['upstreams', 'upstream', 'models', 'overview'])
  }
}

function refresh(keys: readonly string[]): void {
  for (const key of keys) void queryClient.invalidateQueries({ queryKey: [key] })
}
