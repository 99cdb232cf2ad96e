/** Pages of lists: the cursor is the id that the page before ended with. */
import type { Listed } from '../../../../admin/store.ts'
import { invalidField } from './api-error.ts'

export function cursorOf({ cursor, limit }: { cursor?: string | undefined; limit: number }) {
  if (cursor === undefined) return { after: null, limit }
  if (!/^[1-9]\d{0,15}$/.test(cursor)) throw invalidField('cursor', 'take it from the page before')
  return { after: Number(cursor), limit }
}

export function pageView<View>(
  { next, total }: Pick<Listed<unknown>, 'next'> & { total?: number | null },
  items: View[],
) {
  return { items, next_cursor: next === null ? null : String(next), total: total ?? null }
}
