/** What a client can see of an answer: from then on, no other upstream can take over unnoticed. */
import type { OpenPart } from '../neutral/answer.ts'

/**
 * Whether a part shows by its opening alone. A text does not: servers open one at once, and may fail before its first
 * word. A thought does: its model is at work, maybe for minutes, even if the thought itself is withheld.
 */
export function showsAtOpening(part: OpenPart): boolean {
  return (part.type !== 'text' && part.type !== 'refusal') || part.text !== ''
}
