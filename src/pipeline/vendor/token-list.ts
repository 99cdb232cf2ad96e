/**
 * Lists whose pages are named by tokens, as Google's are and Anthropic's newer ones: of what an upstream lists, a caller
 * sees only what they made. A page's token says from which upstream key the page is; a page may hold fewer items than
 * were asked for.
 */
import { geminiId, isGeminiKind, listFieldOf } from '../../passthrough/gemini-names.ts'
import { type Paging, pagingOf } from '../../passthrough/paging.ts'
import type { UsableUpstream } from '../../upstreams/directory.ts'
import { fetchPage, type ListSource, MAX_PAGES, ownItems } from './list.ts'
import { fieldsOf, type Owner } from './own.ts'

type Fields = Readonly<Record<string, unknown>>

/** The first page that holds something of the caller's, of the first key that has one. */
export async function ownTokenList(
  owner: Owner,
  kind: string,
  first: unknown,
  source: ListSource,
): Promise<Fields> {
  let page = fieldsOf(first)
  let upstream = source.upstream
  const paging = pagingOf(owner.call.route)
  const shownBy = {
    field: listFieldOf(kind),
    paging,
    before: tokenOf(page[paging.previous], upstream),
  }
  const further = [...owner.further]
  for (let pages = 1; ; pages++) {
    const items = await ownItems(
      owner,
      { kind, items: itemsOf(page, shownBy.field), idOf: idOf(kind) },
      upstream,
    )
    const next = nextOf(page[paging.next], upstream, further)
    if (items.length > 0 || next === null || pages >= MAX_PAGES)
      return shown(page, items, next, shownBy)
    if (next.upstream !== upstream) further.shift()
    upstream = next.upstream
    const fetched = await fetchPage(
      owner,
      source.page(upstream, { parameter: paging.parameter, value: next.token }),
    )
    if (fetched === null) return shown(page, [], next, shownBy)
    page = fetched
  }
}

interface Next {
  upstream: UsableUpstream
  /** Null: its first page. */
  token: string | null
}

function nextOf(
  token: unknown,
  upstream: UsableUpstream,
  [another]: readonly UsableUpstream[],
): Next | null {
  if (typeof token === 'string' && token !== '') return { upstream, token }
  return another === undefined ? null : { upstream: another, token: null }
}

function tokenOf(token: unknown, { key }: UsableUpstream): string | null {
  return typeof token === 'string' && token !== '' ? `${key.id}.${token}` : null
}

interface ShownBy {
  field: string
  paging: Paging
  /** The token of the page before the first that was read. */
  before: string | null
}

/** Tokens that are null at the vendor are null here. */
function shown(
  page: Fields,
  items: readonly unknown[],
  next: Next | null,
  { field, paging, before }: ShownBy,
): Fields {
  const { [paging.next]: upstreamNext, ...rest } = page
  const token = next && `${next.upstream.key.id}.${next.token ?? ''}`
  return {
    ...rest,
    ...(field in page && { [field]: items }),
    ...((token !== null || upstreamNext === null) && { [paging.next]: token }),
    ...(paging.previous in page && { [paging.previous]: before }),
  }
}

function itemsOf(page: Fields, field: string): Fields[] {
  const items = page[field]
  return Array.isArray(items) ? items.map(fieldsOf) : []
}

function idOf(kind: string): (item: Fields) => string | null {
  return ({ id, name }) => {
    const named = isGeminiKind(kind) ? geminiId(kind, name) : null
    return named ?? (typeof id === 'string' ? id : null)
  }
}
