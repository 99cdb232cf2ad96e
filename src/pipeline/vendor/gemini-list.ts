/**
 * Gemini's lists: of what an upstream lists, a caller sees only what they made. A page's token says from which upstream
 * key the next one is; a page may hold fewer items than were asked for.
 */
import { geminiId, listFieldOf } from '../../passthrough/gemini-names.ts'
import type { VendorApi, VendorRoute } from '../../passthrough/route.ts'
import type { UsableUpstream } from '../../upstreams/directory.ts'
import type { VendorCall } from './call.ts'
import { fetchPage, type ListSource, MAX_PAGES } from './list.ts'
import { fieldsOf, type Owner } from './own.ts'

type Fields = Readonly<Record<string, unknown>>

/** `KEY.TOKEN`: the upstream key's id, and its own token, empty for its first page. */
const TOKEN = /^(\d{1,15})\.(.*)$/s

/** Where the token of a page is, if the gateway makes them. */
const PARAMETERS: Readonly<Record<VendorApi, string | null>> = {
  openai: null,
  anthropic: null,
  gemini: 'pageToken',
}

function readToken({ api }: VendorRoute, query: string): { keyId: number; token: string } | null {
  const name = PARAMETERS[api]
  const text = name === null ? null : new URLSearchParams(query).get(name)
  const [, id, token] = TOKEN.exec(text ?? '') ?? []
  return id === undefined || token === undefined ? null : { keyId: Number(id), token }
}

/** The upstream key that a page's token names; null if there is none. */
export function keyInToken({ route, query }: VendorCall): number | null {
  return readToken(route, query)?.keyId ?? null
}

/** The token that the upstream gave, null for its first page; undefined if the call has none of the gateway's. */
export function upstreamToken(route: VendorRoute, query: string): string | null | undefined {
  const read = readToken(route, query)
  return read === null ? undefined : read.token || null
}

/** The first page that holds something of the caller's, of the first key that has one. */
export async function ownGeminiList(
  owner: Owner,
  kind: string,
  first: unknown,
  source: ListSource,
): Promise<Fields> {
  const field = listFieldOf(kind)
  let page = fieldsOf(first)
  let upstream = source.upstream
  const further = [...owner.further]
  for (let pages = 1; ; pages++) {
    const items = await ownAmong(owner, { kind, field, page }, upstream)
    const next = nextOf(page, upstream, further)
    if (items.length > 0 || next === null || pages >= MAX_PAGES)
      return shown(page, field, items, next)
    if (next.upstream !== upstream) further.shift()
    upstream = next.upstream
    const fetched = await fetchPage(owner, source.page(upstream, next.token))
    if (fetched === null) return shown(page, field, [], next)
    page = fetched
  }
}

interface Next {
  upstream: UsableUpstream
  /** Null: its first page. */
  token: string | null
}

function nextOf(
  { nextPageToken: token }: Fields,
  upstream: UsableUpstream,
  [another]: readonly UsableUpstream[],
): Next | null {
  if (typeof token === 'string' && token !== '') return { upstream, token }
  return another === undefined ? null : { upstream: another, token: null }
}

function shown(page: Fields, field: string, items: readonly unknown[], next: Next | null): Fields {
  const { nextPageToken: _, ...rest } = page
  const more = next && { nextPageToken: `${next.upstream.key.id}.${next.token ?? ''}` }
  return { ...rest, ...(field in page && { [field]: items }), ...more }
}

interface Page {
  kind: string
  field: string
  page: Fields
}

async function ownAmong(
  { services, caller }: Owner,
  { kind, field, page }: Page,
  { key }: UsableUpstream,
): Promise<unknown[]> {
  const items: unknown[] = Array.isArray(page[field]) ? page[field] : []
  const idOf = (item: unknown) => geminiId(kind, fieldsOf(item).name)
  const ids = items.map(idOf).filter((id) => id !== null)
  const known = ids.length === 0 ? [] : await services.objects.find(kind, ids)
  const own = known.filter((row) => row.userId === caller.user.id && row.upstreamKeyId === key.id)
  const ownIds = new Set(own.map(({ id }) => id))
  return items.filter((item) => ownIds.has(idOf(item) ?? ''))
}
