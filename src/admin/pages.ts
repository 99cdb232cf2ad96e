/** Reads all pages of a paginated list. */
import type { UpstreamKey } from '../core/entities.ts'
import type { AdminStore } from './store.ts'
import type { MalformedRow, Page, PageQuery } from './store-queries.ts'

export interface Whole<T> {
  items: T[]
  malformed: MalformedRow[]
}

export async function allPages<T>(read: (page: PageQuery) => Promise<Page<T>>): Promise<Whole<T>> {
  const whole: Whole<T> = { items: [], malformed: [] }
  let after: number | null = null
  do {
    const page: Page<T> = await read({ after })
    for (const item of page.items) whole.items.push(item)
    for (const row of page.malformed) whole.malformed.push(row)
    after = page.next
  } while (after !== null)
  return whole
}

export async function allUpstreamKeys(
  store: Pick<AdminStore, 'listUpstreamKeys'>,
): Promise<UpstreamKey[]> {
  return (await allPages((page) => store.listUpstreamKeys(page))).items
}
