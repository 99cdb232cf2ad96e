/**
 * Where a continuation repeats what the client already has. Models that are asked to continue often begin with their
 * last words again, or with the whole answer; servers that treat a partial answer as a hint start over.
 */

/** A repetition is looked for in so many of the last characters. */
export const MAX_OVERLAP = 200
/** Fewer equal characters are a coincidence, if the model was handed the beginning of its own turn. */
const MIN_AFTER_PREFILL = 12
/** A model that was asked to continue repeats whole words. */
const MIN_AFTER_INSTRUCTION = 6
/** An answer that starts over is recognised by this much of its beginning. */
const MIN_RESTART = 4
/** One that starts over and then differs can't be joined to what was sent. */
const MIN_DIVERGENCE = 40

/** How the target was asked: its own turn begun for it, or a turn of the user's that asks for the rest. */
export type Way = 'prefill' | 'instruct'

/** Takes a continuation in pieces, and holds it back until it is known where it goes on. */
export class Overlap {
  /** The answer started over and became another one. */
  diverged = false
  private held = ''
  /** All that is held is the beginning of what was sent. */
  private restarts = true
  private decided = false
  private readonly sent: string
  private readonly way: Way

  constructor(sent: string, way: Way) {
    this.sent = sent
    this.way = way
    this.decided = sent === ''
  }

  /** What of `text` the client does not have yet; '' while that is not known. */
  push(text: string): string {
    if (this.decided) return text
    // Each piece is compared once: a model may repeat megabytes in pieces of a character.
    this.restarts &&= this.sent.startsWith(text, this.held.length)
    this.held += text
    return this.mayGrow() ? '' : this.decide()
  }

  /** The continuation is over. */
  flush(): string {
    return this.decided ? '' : this.decide()
  }

  /** More of the continuation may turn out to be a repetition. */
  private mayGrow(): boolean {
    const { sent, held, way } = this
    if (sent.length >= MIN_RESTART && held.length < sent.length && this.restarts) return true
    if (held.length >= MAX_OVERLAP) return false
    const tail = sent.slice(-MAX_OVERLAP)
    const last = tail.length - Math.max(minimum(way), held.length + 1)
    const at = tail.indexOf(held)
    return at >= 0 && at <= last
  }

  private decide(): string {
    this.decided = true
    const { sent, held, way } = this
    const repeated = repeatedLength(sent, held, way)
    this.diverged =
      repeated === 0 && way === 'instruct' && commonStart(sent, held) >= MIN_DIVERGENCE
    return this.diverged ? '' : held.slice(repeated)
  }
}

/** How many characters at the start of `next` are already the end, or all, of `sent`. */
export function repeatedLength(sent: string, next: string, way: Way): number {
  if (sent.length >= MIN_RESTART && next.startsWith(sent) && !isPeriodic(sent)) return sent.length
  const longest = Math.min(MAX_OVERLAP, sent.length, next.length)
  for (let length = longest; length >= minimum(way); length--) {
    if (!sent.endsWith(next.slice(0, length))) continue
    return isTrusted(sent, next.slice(0, length), way) ? length : 0
  }
  return 0
}

function isTrusted(sent: string, repeated: string, way: Way): boolean {
  if (isPeriodic(repeated)) return false
  if (way === 'prefill' || repeated.length >= MIN_AFTER_PREFILL) return true
  const before = sent[sent.length - repeated.length - 1]
  return (before === undefined || !/[\p{L}\p{N}]/u.test(before)) && /\p{L}/u.test(repeated)
}

function minimum(way: Way): number {
  return way === 'prefill' ? MIN_AFTER_PREFILL : MIN_AFTER_INSTRUCTION
}

/** Rows of a table or spaces of an indentation repeat by themselves. */
function isPeriodic(text: string): boolean {
  return shortestPeriod(text) * 2 <= text.length
}

/** By the failure function of Knuth, Morris and Pratt. */
function shortestPeriod(text: string): number {
  const borders = [0]
  for (let at = 1, border = 0; at < text.length; at++) {
    while (border > 0 && text[at] !== text[border]) border = borders[border - 1] as number
    if (text[at] === text[border]) border++
    borders.push(border)
  }
  return text.length - (borders.at(-1) as number)
}

function commonStart(one: string, other: string): number {
  const most = Math.min(one.length, other.length)
  for (let at = 0; at < most; at++) if (one[at] !== other[at]) return at
  return most
}
