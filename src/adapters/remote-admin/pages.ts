/** Pages of the admin API as the use cases return them. */
import type { MalformedRow, Page } from '../../admin/store-queries.ts'
import type { AdminClient } from './client.ts'

export const PAGE = 200

export interface PageReply<View> {
  items: View[]
  next_cursor: string | null
  malformed?: MalformedRow[]
}

type Query = Readonly<Record<string, string | number | null | undefined>>

export async function onePage<View, Item>(
  client: AdminClient,
  { path, query, after }: { path: string; query: Query; after: number | null | undefined },
  itemOf: (view: View) => Item,
): Promise<Page<Item>> {
  const page = await client.call<PageReply<View>>('GET', path, {
    query: { ...query, cursor: after, limit: PAGE },
  })
  return {
    items: page.items.map(itemOf),
    malformed: page.malformed ?? [],
    next: page.next_cursor === null ? null : Number(page.next_cursor),
  }
}

/** The first of all pages that fits; null if none does. */
export async function firstThat<View>(
  client: AdminClient,
  { path, query }: { path: string; query: Query },
  fits: (view: View) => boolean,
): Promise<View | null> {
  for await (const view of everyItem<View>(client, path, query)) if (fits(view)) return view
  return null
}

export async function* everyItem<View>(
  client: AdminClient,
  path: string,
  query: Query = {},
): AsyncGenerator<View> {
  let cursor: string | null = null
  do {
    const page: PageReply<View> = await client.call('GET', path, {
      query: { ...query, cursor, limit: PAGE },
    })
    yield* page.items
    cursor = page.next_cursor
  } while (cursor !== null)
}

/** For a name of digits, which may be an id; null if there is no such object. */
export async function byId<View>(
  client: AdminClient,
  path: string,
  name: string,
): Promise<View | null> {
  if (!/^[1-9]\d{0,9}$/.test(name)) return null
  try {
    return await client.call<View>('GET', path, { params: { id: name } })
  } catch (error) {
    if ((error as { kind?: string }).kind === 'not_found') return null
    throw error
  }
}
