/** A page's cursor continues after its last row, or where its search ended. */
import { describe, expect, test } from 'bun:test'
import { continuationOf, cursorIn } from './request-cursor.ts'

const NOON = '2026-11-28T12:00:00.000Z'
const last = { startedAt: NOON, requestId: 'req_1' }

describe('the next page', () => {
  test('begins after the last row of a full page', () => {
    const { next_cursor, searched_until } = continuationOf(last, null)
    expect(cursorIn(next_cursor ?? '')).toEqual(last)
    expect(searched_until).toBeNull()
  })

  test("continues where the search stopped if the page isn't full", () => {
    const { next_cursor, searched_until } = continuationOf(undefined, NOON)
    expect(cursorIn(next_cursor ?? '')).toEqual({ startedAt: NOON, requestId: '' })
    expect(searched_until).toBe(NOON)
  })

  test('does not exist if everything was searched', () => {
    expect(continuationOf(undefined, null)).toEqual({ next_cursor: null, searched_until: null })
  })
})

const encoded = (text: string) => Buffer.from(text).toString('base64url')

test.each([
  ['an empty text', ''],
  ['another list’s cursor', encoded('17')],
  ['no id after the time', encoded(NOON)],
  ['a NUL, which PostgreSQL refuses', encoded(`${NOON} req\0`)],
  ['a time that does not exist', encoded('2026-13-99T99:99:99Z req_1')],
  ['bytes that are not text', Buffer.from([255, 254, 0]).toString('base64url')],
])('a cursor with %s is refused, and the field is named', (_, cursor) => {
  expect(() => cursorIn(cursor)).toThrow()
})
