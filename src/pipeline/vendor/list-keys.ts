/**
 * Which upstream keys a list is read from. No upstream knows what the others have, so a caller whose objects are at
 * several keys gets them key by key. A page begins at the key that has the object which it comes after.
 */

import type { Caller } from '../../access/caller.ts'
import { pageTokenIn } from '../../passthrough/paging.ts'
import { PARENT_KINDS } from '../../passthrough/parents.ts'
import type { VendorApi } from '../../passthrough/route.ts'
import type { UsableUpstream } from '../../upstreams/directory.ts'
import type { Services } from '../services.ts'
import type { VendorCall } from './call.ts'

/** Query parameters that name the object next to a page. */
export const PAGE_PARAMETERS: Readonly<Record<VendorApi, { after: string; before: string }>> = {
  openai: { after: 'after', before: 'before' },
  anthropic: { after: 'after_id', before: 'before_id' },
  gemini: { after: 'pageToken', before: '' },
}

/** In the order of their lists; the first has the page's beginning. Empty if the caller made none of this kind. */
export async function keysOfList(
  { objects }: Services,
  { user }: Caller,
  call: VendorCall,
  accounts: readonly UsableUpstream[],
): Promise<UsableUpstream[]> {
  const { target, api } = call.route
  if (target.by !== 'list') return []
  const kinds = [target.kind, PARENT_KINDS[target.kind] ?? target.kind]
  const ids = (await Promise.all(kinds.map((kind) => objects.keysOf(kind, user.id)))).flat()
  const keys = accounts
    .filter(({ key }) => ids.includes(key.id))
    .toSorted((one, other) => one.key.id - other.key.id)
  const query = new URLSearchParams(call.query)
  const page = pageTokenIn(call.route, call.query)
  if (page !== null) return keys.slice(keys.findIndex(({ key }) => key.id === page.keyId))
  const { after, before } = PAGE_PARAMETERS[api]
  const named = query.get(after) ?? query.get(before)
  if (named === null) return keys
  const known = await objects.find(target.kind, [named])
  const owner = known.find(({ userId }) => userId === user.id)?.upstreamKeyId
  const first = keys.findIndex(({ key }) => key.id === owner)
  if (first < 0) return keys
  return query.has(after) ? keys.slice(first) : keys.slice(first, first + 1)
}
