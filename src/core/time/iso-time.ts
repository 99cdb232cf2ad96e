/** Times as ISO-8601 in UTC with milliseconds, as `Date.prototype.toISOString` writes them. */

let second = Number.NaN
let beginning = ''

/** Takes milliseconds since 1970. Results are reused within a second: most times are the current one. */
export function isoTime(ms: number): string {
  // JSON turns NaN into null, which Date reads as 1970.
  if (typeof ms !== 'number') throw new RangeError('the time is missing')
  const now = Math.floor(ms / 1000)
  if (now !== second) {
    // Throws for an invalid time, before anything is cached.
    beginning = new Date(now * 1000).toISOString().slice(0, -'000Z'.length)
    second = now
  }
  return `${beginning}${String(Math.floor(ms - now * 1000)).padStart(3, '0')}Z`
}
