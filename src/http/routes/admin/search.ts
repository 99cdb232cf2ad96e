/** Finds any user, key, upstream, model or request by a part of its name. */
import * as contract from './contract/overview.ts'
import { type AdminRoutes, ownerScope } from './frame/operation.ts'
import type { AdminApiParts, Principal } from './frame/parts.ts'
import { publicNames } from './upstreams/models.ts'

const MAX_OF_A_KIND = 8
/** A person types; the lists of vendors are there at the next letter. */
const WAIT_MS = 200

interface Found {
  kind: 'user' | 'key' | 'upstream' | 'model' | 'request'
  id: string
  name: string
  detail: string | null
}

export function searchOperation({ on, parts }: AdminRoutes): void {
  on(contract.search, async (context) => {
    const { q } = context.req.valid('query')
    const { principal } = context.var
    const found = await Promise.all([
      users(parts, q, principal),
      keys(parts, q, principal),
      upstreams(parts, q, principal),
      models(parts, q, principal),
      requests(parts, q, principal),
    ])
    return context.json({ items: found.flat() }, 200)
  })
}

async function users({ admin }: AdminApiParts, search: string, principal: Principal) {
  if (ownerScope(principal) !== null) return []
  const { items } = await admin.users.list({ search, limit: MAX_OF_A_KIND })
  return items.map(
    ({ id, username, email }): Found => ({
      kind: 'user',
      id: String(id),
      name: username,
      detail: email,
    }),
  )
}

async function keys({ admin }: AdminApiParts, search: string, principal: Principal) {
  const owner = ownerScope(principal)
  // A pasted key is found by its beginning, and goes no further than this.
  const part = search.startsWith('sk-proxy-') ? search.slice(0, 'sk-proxy-'.length + 6) : search
  const { items } = await admin.keys.list({
    search: part,
    limit: MAX_OF_A_KIND,
    ...(owner !== null && { user: String(owner) }),
  })
  return items.map(
    ({ id, name, prefix }): Found => ({ kind: 'key', id: String(id), name, detail: prefix }),
  )
}

async function upstreams({ admin }: AdminApiParts, search: string, principal: Principal) {
  if (ownerScope(principal) !== null) return []
  const { items } = await admin.upstreams.list({ search, limit: MAX_OF_A_KIND })
  return items.map(
    ({ id, name, provider }): Found => ({
      kind: 'upstream',
      id: String(id),
      name,
      detail: provider,
    }),
  )
}

async function models(
  parts: AdminApiParts,
  search: string,
  principal: Principal,
): Promise<Found[]> {
  if (ownerScope(principal) !== null) return []
  const names = await publicNames(parts, WAIT_MS)
  return names
    .filter((name) => name.toLowerCase().includes(search.toLowerCase()))
    .slice(0, MAX_OF_A_KIND)
    .map((name) => ({ kind: 'model', id: name, name, detail: null }))
}

async function requests({ reports }: AdminApiParts, search: string, principal: Principal) {
  if (!/^req_[\w-]{10,}$/.test(search)) return []
  const entry = await reports.request(search)
  const owner = ownerScope(principal)
  if (entry === null || (owner !== null && owner !== entry.userId)) return []
  return [
    { kind: 'request', id: entry.requestId, name: entry.requestId, detail: entry.startedAt },
  ] satisfies Found[]
}
