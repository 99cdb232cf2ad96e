/** Lists of objects: of what an upstream lists, a caller sees only what they made. */
import type { VendorObject } from '../../passthrough/objects.ts'
import type { UsableUpstream } from '../../upstreams/directory.ts'
import type { WireRequest } from '../../upstreams/transport.ts'
import { jsonOf, textOf, wholeBody } from '../attempt/read-body.ts'
import { isSuccess } from '../attempt/upstream-error.ts'
import { fieldsOf, type Owner } from './own.ts'

type Fields = Readonly<Record<string, unknown>>

/** Others' objects may stand between one's own, for so many pages of an upstream. */
const MAX_PAGES = 20
const DEFAULT_LIMIT = 20
const MAX_LIMIT = 100

export interface ListSource {
  upstream: UsableUpstream
  /** The request for a page that begins after an id. */
  pageAfter(id: string): WireRequest
}

/** The first page, filled up with what the next ones hold of the caller's. Without others' ids in any field. */
export async function ownList(
  owner: Owner,
  kind: string,
  first: unknown,
  source: ListSource,
): Promise<Fields> {
  const limit = limitOf(owner)
  const data: Fields[] = []
  let page = fieldsOf(first)
  let before: string | null = null
  for (let pages = 1; ; pages++) {
    const items = itemsOf(page)
    const last = idOf(items.at(-1))
    if (last !== null && last === before) {
      // The same page again: this upstream does not know the parameter.
      page = { ...page, has_more: false }
      break
    }
    data.push(...(await ownAmong(owner, kind, items, source.upstream)))
    const goesOn = page.has_more === true && last !== null && pages < MAX_PAGES
    if (data.length >= limit || !goesOn) break
    before = last
    const next = await fetchPage(owner, source.pageAfter(last))
    if (next === null) break
    page = next
  }
  const shown = data.slice(0, limit)
  const has_more = data.length > limit || page.has_more === true
  const ends = 'first_id' in page ? { first_id: idOf(shown[0]), last_id: idOf(shown.at(-1)) } : {}
  return { ...page, data: shown, ...ends, ...('has_more' in page && { has_more }) }
}

function itemsOf(page: Fields): Fields[] {
  return Array.isArray(page.data) ? page.data.map(fieldsOf) : []
}

async function ownAmong(
  { services, caller }: Owner,
  kind: string,
  items: readonly Fields[],
  { key }: UsableUpstream,
): Promise<Fields[]> {
  const ids = items.map(idOf).filter((id) => id !== null)
  const known = ids.length === 0 ? [] : await services.objects.find(kind, ids)
  const isOwn = ({ userId, upstreamKeyId }: VendorObject) =>
    userId === caller.user.id && upstreamKeyId === key.id
  const own = new Set(known.filter(isOwn).map(({ id }) => id))
  return items.filter((item) => own.has(idOf(item) ?? ''))
}

/** Null if it can't be had: what is there until then is shown. */
async function fetchPage({ services }: Owner, request: WireRequest): Promise<Fields | null> {
  try {
    const reply = await services.transport.send(request, { fresh: false }).reply
    const value = jsonOf(textOf(await wholeBody(reply)))
    return isSuccess(reply.status) ? fieldsOf(value) : null
  } catch {
    return null
  }
}

function limitOf({ call }: Owner): number {
  const given = Number(new URLSearchParams(call.query).get('limit') ?? DEFAULT_LIMIT)
  return Number.isInteger(given) && given > 0 ? Math.min(given, MAX_LIMIT) : DEFAULT_LIMIT
}

function idOf(item: Fields | undefined): string | null {
  return typeof item?.id === 'string' ? item.id : null
}
