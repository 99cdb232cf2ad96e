/** Pages of lists: the cursor is the id that the page before ended with. */
import type { MalformedRow, Page } from '../../../../admin/store-queries.ts'
import { invalidField } from './api-error.ts'

export function cursorOf({ cursor, limit }: { cursor?: string | undefined; limit: number }) {
  if (cursor === undefined) return { after: null, limit }
  if (!/^[1-9]\d{0,15}$/.test(cursor)) throw invalidField('cursor', 'take it from the page before')
  return { after: Number(cursor), limit }
}

export function pageView<View>(
  listed: Pick<Page<unknown>, 'next'> & { malformed?: MalformedRow[] },
  items: View[],
) {
  const { next, malformed = [] } = listed
  return {
    items,
    next_cursor: next === null ? null : String(next),
    total: null,
    ...(malformed.length > 0 && { malformed }),
  }
}
