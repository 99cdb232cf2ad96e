/** Lists of objects: of what an upstream lists, a caller sees only what they made. */
import { GatewayError } from '../../core/errors.ts'
import type { VendorObject } from '../../passthrough/objects.ts'
import { PARENT_KINDS, parentOf } from '../../passthrough/parents.ts'
import type { UsableUpstream } from '../../upstreams/directory.ts'
import type { WireRequest } from '../../upstreams/transport.ts'
import { decodedText, jsonOf, wholeBody } from '../attempt/read-body.ts'
import { isSuccess } from '../attempt/upstream-error.ts'
import { PAGE_PARAMETERS } from './list-keys.ts'
import { fieldsOf, type Owner } from './own.ts'

type Fields = Readonly<Record<string, unknown>>

/** Others' objects may stand between one's own, for so many pages of an upstream. */
export const MAX_PAGES = 20
const DEFAULT_LIMIT = 20
const MAX_LIMIT = 100

export interface ListSource {
  /** Where the first page is from. */
  upstream: UsableUpstream
  /** The request for a page of a key. */
  page(upstream: UsableUpstream, at: PageAt): WireRequest
}

/** The parameter that names a page, by the id before it or by a token; null: the first one. */
export interface PageAt {
  parameter: string
  value: string | null
}

/**
 * The first page, filled up with what the next ones and those of further keys hold of the caller's. Without others'
 * ids in any field. Throws `upstream_error` if the list could not go on and there is nothing to show before that.
 */
export async function ownList(
  owner: Owner,
  kind: string,
  first: unknown,
  source: ListSource,
): Promise<Fields> {
  const list: List = { owner, kind, source, limit: limitOf(owner), data: [], pages: 0 }
  const template = fieldsOf(first)
  let goesOn = await readKey(list, source.upstream, template)
  for (const upstream of owner.further) {
    if (goesOn) break
    // One more object is there for the next page; which one is found then.
    if (list.data.length >= list.limit) goesOn = true
    else goesOn = await readFurtherKey(list, upstream)
  }
  const shown = list.data.slice(0, list.limit)
  const has_more = list.data.length > list.limit || goesOn
  const ends =
    'first_id' in template ? { first_id: idOf(shown[0]), last_id: idOf(shown.at(-1)) } : {}
  const more = 'has_more' in template || has_more ? { has_more } : {}
  return { ...template, data: shown, ...ends, ...more }
}

interface List {
  owner: Owner
  kind: string
  source: ListSource
  limit: number
  /** The caller's own objects; they may exceed the limit by those of one page. */
  data: Fields[]
  /** How many were read. */
  pages: number
}

/** From the page on; true if the key has more of them. */
async function readKey(list: List, upstream: UsableUpstream, first: Fields): Promise<boolean> {
  let page = first
  let before: string | null = null
  for (;;) {
    list.pages++
    const items = itemsOf(page)
    const last = idOf(items.at(-1))
    // The same page again: this upstream does not know the parameter.
    if (last !== null && last === before) return false
    list.data.push(...(await ownItems(list.owner, { kind: list.kind, items, idOf }, upstream)))
    if (page.has_more !== true || last === null) return false
    if (list.data.length >= list.limit || list.pages >= MAX_PAGES) return true
    before = last
    const next = await fetchPage(list.owner, list.source.page(upstream, pageAfter(list, last)))
    if (next === null) return true
    page = next
  }
}

async function readFurtherKey(list: List, upstream: UsableUpstream): Promise<boolean> {
  const first = await fetchPage(list.owner, list.source.page(upstream, pageAfter(list, null)))
  if (first !== null) return readKey(list, upstream, first)
  if (list.data.length > 0) return true
  throw new GatewayError(
    'upstream_error',
    `gateway: the upstream key ${upstream.key.name} has objects of yours but did not list them. Try again later.`,
  )
}

function itemsOf(page: Fields): Fields[] {
  return Array.isArray(page.data) ? page.data.map(fieldsOf) : []
}

function pageAfter({ owner }: List, value: string | null): PageAt {
  return { parameter: PAGE_PARAMETERS[owner.call.route.api].after, value }
}

interface Listed {
  kind: string
  items: readonly Fields[]
  idOf(item: Fields): string | null
}

/**
 * The items of a page that are the caller's: those that they made, and those that an object of theirs made at the
 * vendor, which are remembered.
 */
export async function ownItems(
  owner: Owner,
  { kind, items, idOf }: Listed,
  upstream: UsableUpstream,
): Promise<Fields[]> {
  const known = await knownAt(owner, upstream, kind, items.map(idOf))
  const parents = items.map((item) => (known.has(idOf(item) ?? '') ? null : parentOf(kind, item)))
  const made = await knownAt(owner, upstream, PARENT_KINDS[kind] ?? '', parents)
  const isOwn = (id: string | null) => known.get(id ?? '')?.userId === owner.caller.user.id
  const children: VendorObject[] = []
  const own = items.filter((item, at) => {
    const id = idOf(item)
    const parent = made.get(parents[at] ?? '')
    if (id === null || parent?.userId !== owner.caller.user.id) return isOwn(id)
    children.push({ ...parent, kind, id })
    return true
  })
  if (children.length > 0) await owner.services.objects.remember(children)
  return own
}

async function knownAt(
  { services }: Owner,
  { key }: UsableUpstream,
  kind: string,
  given: readonly (string | null)[],
): Promise<ReadonlyMap<string, VendorObject>> {
  const ids = given.filter((id) => id !== null)
  const rows = ids.length === 0 ? [] : await services.objects.find(kind, ids)
  return new Map(rows.filter((row) => row.upstreamKeyId === key.id).map((row) => [row.id, row]))
}

/** Null if it can't be had: what is there until then is shown. */
export async function fetchPage({ services }: Owner, request: WireRequest): Promise<Fields | null> {
  try {
    const reply = await services.transport.send(request, { fresh: false }).reply
    const value = jsonOf(decodedText(await wholeBody(reply)))
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
