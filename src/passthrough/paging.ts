/** Pages of lists that are named by tokens, and the tokens that the gateway makes of a vendor's. */
import { hasIdOfItsOwn } from './gemini-names.ts'
import type { VendorApi, VendorRoute } from './route.ts'

type Fields = Readonly<Record<string, unknown>>

/** The parameter of a request that has a page's token, and the fields of a reply that have those of its neighbours. */
export interface Paging {
  parameter: string
  next: string
  previous: string
}

const CLAUDE: Paging = { parameter: 'page', next: 'next_page', previous: 'prev_page' }
const CAMEL: Paging = { parameter: 'pageToken', next: 'nextPageToken', previous: '' }
const SNAKE: Paging = { parameter: 'page_token', next: 'next_page_token', previous: '' }
const PAGINGS: Readonly<Record<VendorApi, readonly Paging[]>> = {
  openai: [],
  anthropic: [CLAUDE],
  gemini: [CAMEL, SNAKE],
}

/** `KEY.TOKEN`: the upstream key's id, and its own token, empty for its first page. */
const TOKEN = /^(\d{1,15})\.(.*)$/s

interface PageToken {
  parameter: string
  keyId: number
  /** Null: the first page. */
  token: string | null
}

/** Null if the query has no token of the gateway's. */
export function pageTokenIn({ api }: Pick<VendorRoute, 'api'>, query: string): PageToken | null {
  const given = new URLSearchParams(query)
  for (const { parameter } of PAGINGS[api]) {
    const [, id, token] = TOKEN.exec(given.get(parameter) ?? '') ?? []
    if (id !== undefined && token !== undefined)
      return { parameter, keyId: Number(id), token: token || null }
  }
  return null
}

/** Anthropic's older lists are paged by ids. */
export function isPagedByToken({ api }: Pick<VendorRoute, 'api'>, page: Fields): boolean {
  return api === 'gemini' || (api === 'anthropic' && CLAUDE.next in page)
}

/** How a list that has tokens is paged. A last page may not say it. */
export function pagingOf({ api, target }: Pick<VendorRoute, 'api' | 'target'>): Paging {
  if (api !== 'gemini') return CLAUDE
  return target.by === 'list' && hasIdOfItsOwn(target.kind) ? SNAKE : CAMEL
}
