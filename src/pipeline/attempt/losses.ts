/** Losses of a translation, as headers and records show them. */
import type { Loss } from '../../protocols/neutral/neutral.ts'
import type { RequestTries } from './tries.ts'

/** Field names come from the client: what a header can't hold is left out. */
const UNSAFE = /[^\w.[\]-]/g
const MAX_FIELD = 64

export function shownLoss(loss: Loss): string {
  return `${shownField(loss)} ${loss.how}`
}

/** What shows only in the answer: for its headers if they are not sent yet, and for the record of its attempt. */
export function addLosses(tries: RequestTries, found: readonly Loss[] | undefined): void {
  if (found === undefined || found.length === 0) return
  const shown = new Set(tries.losses.map(shownLoss))
  const added = found.filter((loss) => !shown.has(shownLoss(loss)))
  if (added.length === 0) return
  tries.losses = [...tries.losses, ...added]
}

/** For what shows after the attempt was recorded. */
export function addLateLosses(tries: RequestTries, found: readonly Loss[] | undefined): void {
  addLosses(tries, found)
  const attempt = tries.attempts.at(-1)
  if (attempt !== undefined && tries.losses.length > 0) attempt.losses = tries.losses.map(shownLoss)
}

export function shownField({ field }: Loss): string {
  return field.replace(UNSAFE, '').slice(0, MAX_FIELD)
}
