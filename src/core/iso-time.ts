/** Times as ISO-8601 in UTC with milliseconds, as `Date.prototype.toISOString` writes them. */

let second = Number.NaN
let beginning = ''

/** Of milliseconds since 1970. What is the same within a second is made once: most times are of now. */
export function isoTime(ms: number): string {
  // JSON turns a number that is none into null, which Date takes for 1970.
  if (typeof ms !== 'number') throw new RangeError('the time is missing')
  const now = Math.floor(ms / 1000)
  if (now !== second) {
    // Throws for what is no time, before anything of it is kept.
    beginning = new Date(now * 1000).toISOString().slice(0, -'000Z'.length)
    second = now
  }
  return `${beginning}${String(Math.floor(ms - now * 1000)).padStart(3, '0')}Z`
}
