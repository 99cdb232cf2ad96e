/** A set of what comes and goes thousands of times a second, such as the requests in flight. */

export interface SetMember {
  /** Its place among the members; the set's own business. */
  place: number
}

/** What a member has before it is added, and after it is deleted. */
export const NO_PLACE = -1

/**
 * Unlike in a Set, nothing of a deleted member is left. A Set's table refers to the larger or smaller one that
 * replaced it, so once the collector takes a table for long-lived, it keeps all later tables, and with them most
 * requests, until it next collects the whole heap (Bun 1.4.5).
 */
export class Members<T extends SetMember> {
  private readonly members: T[] = []

  get size(): number {
    return this.members.length
  }

  add(member: T): void {
    member.place = this.members.length
    this.members.push(member)
  }

  /** False if it was not there. */
  delete(member: T): boolean {
    const { place } = member
    if (place === NO_PLACE) return false
    const last = this.members.pop() as T
    if (last !== member) {
      this.members[place] = last
      last.place = place
    }
    member.place = NO_PLACE
    return true
  }

  /** `visit` may add and delete members. Those that were there and are not deleted are visited at least once. */
  forEach(visit: (member: T) => void): void {
    // Backwards: what takes a deleted member's place has been visited.
    for (let at = this.members.length - 1; at >= 0; at--) {
      const member = this.members[at]
      if (member !== undefined) visit(member)
    }
  }
}
