/** Suggests the variable that was probably meant. */

/** Names that begin like this are meant for the gateway, however different they are from known ones. */
const OWN_PREFIXES = [
  'GPT_PROXY_',
  'CIRCUIT_BREAKER_',
  'RATE_LIMIT_',
  'UPSTREAM_',
  'ENCRYPTION_KEY',
]
/** `HOSTS` or `POST` belong to other programs and are not misspelt names of ours. */
const SHORTEST = 6
/** Names at least this long may have two mistakes instead of one. */
const LONG = 12

/** Null if the name has nothing to do with the gateway. */
export function meantName(name: string, known: readonly string[]): string | null {
  const upper = name.toUpperCase()
  if (upper.length < SHORTEST) return null
  const isOurs = OWN_PREFIXES.some((prefix) => upper.startsWith(prefix))
  let best: string | null = null
  let least = Number.POSITIVE_INFINITY
  for (const candidate of known) {
    // Comparing all pairs took a sixth of the startup time.
    if (!isOurs && leastDistance(upper, candidate) > mistakesIn(candidate)) continue
    const distance = editDistance(upper, candidate)
    if (distance < least) [best, least] = [candidate, distance]
  }
  if (isOurs) return best
  return best !== null && best.length >= SHORTEST && least <= mistakesIn(best) ? best : null
}

/** The most that a name may differ from this one and still mean it. */
function mistakesIn(known: string): number {
  return known.length < LONG ? 1 : 2
}

/**
 * A bound that costs little: each mistake adds or removes one character, or replaces one by another, so it changes at
 * most two bits of the set of characters.
 */
function leastDistance(one: string, other: string): number {
  const changed = charactersOf(one) ^ charactersOf(other)
  return Math.max(Math.abs(one.length - other.length), Math.ceil(bitsOf(changed) / 2))
}

/** The set of its characters as bits; characters that share a bit only make the bound weaker. */
function charactersOf(text: string): number {
  let characters = 0
  for (let at = 0; at < text.length; at++) characters |= 1 << (text.charCodeAt(at) & 31)
  return characters
}

function bitsOf(set: number): number {
  let left = set
  let bits = 0
  for (; left !== 0; bits++) left &= left - 1
  return bits
}

/** Inserted, left out, wrong or swapped characters. */
export function editDistance(one: string, other: string): number {
  let before: number[] = []
  let above = Array.from({ length: other.length + 1 }, (_, column) => column)
  for (let row = 1; row <= one.length; row++) {
    const current = [row]
    for (let column = 1; column <= other.length; column++) {
      const same = one[row - 1] === other[column - 1]
      const swapped =
        row > 1 &&
        column > 1 &&
        one[row - 1] === other[column - 2] &&
        one[row - 2] === other[column - 1]
      current.push(
        Math.min(
          at(above, column - 1) + (same ? 0 : 1),
          at(above, column) + 1,
          at(current, column - 1) + 1,
          swapped ? at(before, column - 2) + 1 : Number.POSITIVE_INFINITY,
        ),
      )
    }
    before = above
    above = current
  }
  return at(above, other.length)
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY
}
