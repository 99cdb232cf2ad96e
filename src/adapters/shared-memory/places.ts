/** Finds the place of a name in shared memory: a table of names by their hashes. */

/**
 * A name may have any place of one group. With at most half of all places in use, a group is full less than once in
 * ten million times.
 */
const GROUP = 64
const NOT_FOUND = -1

export interface NamePlaces {
  /** The name's place; a free one becomes its own. -1 if its group is full. Only under the table's lock. */
  ensure(name: string): number
  /** -1 if it has none. */
  find(name: string): number
}

export interface PlaceUse {
  isFree(place: number): boolean
  /** Makes a free place one in use. */
  claim(place: number): void
}

/**
 * `hashes` holds two numbers a place. `seeds` are random, so that clients can't choose names whose hashes agree; two
 * names of 64 equal bits would be counted together.
 */
export function createPlaces(
  hashes: Int32Array,
  seeds: readonly [number, number],
  { isFree, claim }: PlaceUse,
): NamePlaces {
  const groups = hashes.length / 2 / GROUP
  const look = (name: string, claims: boolean): number => {
    const first = Bun.hash.xxHash32(name, seeds[0])
    const one = first | 0
    const two = Bun.hash.xxHash32(name, seeds[1]) | 0
    const from = (first % groups) * GROUP
    let free = NOT_FOUND
    for (let place = from; place < from + GROUP; place++) {
      if (isFree(place)) {
        if (free === NOT_FOUND) free = place
      } else if (hashes[2 * place] === one && hashes[2 * place + 1] === two) return place
    }
    if (!claims || free === NOT_FOUND) return NOT_FOUND
    hashes[2 * free] = one
    hashes[2 * free + 1] = two
    claim(free)
    return free
  }
  return {
    ensure: (name) => look(name, true),
    find: (name) => look(name, false),
  }
}
