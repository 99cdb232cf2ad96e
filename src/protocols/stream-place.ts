/** How far a client has read a stream whose events are numbered (the Responses API). */

export interface StreamPlace {
  /** Of the answer; null if no event has contained it yet. */
  id: string | null
  /** The number of the next event. */
  next: number
}

/** In a text of the answer the quotes would be escaped. */
const SEQUENCE_NUMBER = /"sequence_number" *: *(\d+)/

const NUMBERED = '"sequence_number"'

/** Whether the place is to be read from `data`, no longer from `last`: signs of life have no number. */
export function tellsPlace(data: string, last: string): boolean {
  return data.includes(NUMBERED) || !last.includes(NUMBERED)
}

/** `last` is the data of the last event; null if it has no number. */
export function placeAfter(last: string, id: string | null): StreamPlace | null {
  const number = SEQUENCE_NUMBER.exec(last)?.[1]
  return number === undefined ? null : { id, next: Number(number) + 1 }
}
