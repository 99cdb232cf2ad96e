/** Where the next page of requests begins: after the last row of this one, or where its search ended. */
import type { RequestQuery } from '../../../../usage/console-reports.ts'
import { invalidField } from '../frame/api-error.ts'

type Place = NonNullable<RequestQuery['after']>

/** `last`: of a page that is full. `searchedUntil`: see `RequestPage`. */
export function continuationOf(last: Place | undefined, searchedUntil: string | null) {
  if (last !== undefined) return { next_cursor: cursorOf(last), searched_until: null }
  if (searchedUntil === null) return { next_cursor: null, searched_until: null }
  // No id comes before an empty one, so the next page begins with what is older.
  const next = cursorOf({ startedAt: searchedUntil, requestId: '' })
  return { next_cursor: next, searched_until: searchedUntil }
}

function cursorOf({ startedAt, requestId }: Place): string {
  return Buffer.from(`${startedAt} ${requestId}`).toString('base64url')
}

const CURSOR = /^(\d{4}-\d\d-\d\dT[\d:.]+Z) ([\x21-\x7e]*)$/

export function cursorIn(cursor: string | undefined): RequestQuery['after'] {
  if (cursor === undefined) return null
  const text = Buffer.from(cursor, 'base64url').toString()
  const [, startedAt = '', requestId = ''] = CURSOR.exec(text) ?? []
  if (Number.isNaN(Date.parse(startedAt)))
    throw invalidField('cursor', 'take it from the page before')
  return { startedAt, requestId }
}
