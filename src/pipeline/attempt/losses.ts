/** Losses of a translation, as headers and records show them. */
import type { Loss } from '../../protocols/neutral/neutral.ts'

/** Field names come from the client: what a header can't hold is left out. */
const UNSAFE = /[^\w.[\]-]/g
const MAX_FIELD = 64

export function shownLoss(loss: Loss): string {
  return `${shownField(loss)} ${loss.how}`
}

export function shownField({ field }: Loss): string {
  return field.replace(UNSAFE, '').slice(0, MAX_FIELD)
}
