/** Scans a JSON text without parsing it: nesting depth, number of members, and the position of each. */

export interface Member {
  valueStart: number
  /** Offset just after the value. */
  valueEnd: number
}

export type ScanFault = 'too_deep' | 'too_many' | 'not_an_object' | 'malformed'

/** Bounds that keep the building of a value short: how long that takes depends on its parts, not on its bytes. */
export interface ScanBounds {
  depth: number
  /** Objects and lists. */
  containers: number
  /** All of it: texts, numbers, names, objects, lists. */
  values: number
  /** Names of members: each new one is entered in a table of the engine. */
  names: number
  /** Backslashes: a string with many is decoded character by character. */
  escapes: number
}

/** Of the object itself; naming those that stand twice takes time for each. */
const MAX_MEMBERS = 10_000
const QUOTE = 34
const BACKSLASH = 92
const COMMA = 44
const COLON = 58
const OPEN_BRACE = 123
const CLOSE_BRACE = 125
const OPEN_BRACKET = 91
const CLOSE_BRACKET = 93

/**
 * How many members the object has at its top level, those of the same name counted each. One pass
 * that keeps nothing, for every request takes it; strings are hopped over natively. It checks no
 * grammar beyond what it needs, so parse the text afterwards.
 */
export function countMembers(text: string, bounds: ScanBounds): number | ScanFault {
  let depth = 0
  let members = 0
  let containers = 0
  let values = 0
  let names = 0
  if (hasMoreEscapes(text, bounds.escapes)) return 'too_many'
  for (let at = 0; at < text.length; at++) {
    const char = text.charCodeAt(at)
    if (char <= 32) {
      at = blanksEnd(text, at) - 1
      continue
    }
    if (depth === 0 && char !== OPEN_BRACE) return 'not_an_object'
    if (char === QUOTE) {
      at = stringEnd(text, at)
      if (at < 0) return 'malformed'
    } else if (char === OPEN_BRACE || char === OPEN_BRACKET) {
      if (++depth > bounds.depth) return 'too_deep'
      if (++containers > bounds.containers || ++values > bounds.values) return 'too_many'
    } else if (char === CLOSE_BRACE || char === CLOSE_BRACKET) {
      if (--depth === 0) return onlySpaceAfter(text, at + 1) ? members : 'malformed'
    } else if (char === COMMA || char === COLON) {
      if (++values > bounds.values) return 'too_many'
      if (char === COLON && ++names > bounds.names) return 'too_many'
      if (char === COLON && depth === 1 && ++members > MAX_MEMBERS) return 'too_many'
    }
  }
  return text.trim() === '' ? 'not_an_object' : 'malformed'
}

/**
 * The position of each top-level member of a well-formed object, in order; of those of one name, the
 * last. Offsets let a member be replaced without re-writing the rest, which keeps unknown fields and
 * large numbers exactly as the client wrote them.
 */
export function membersIn(text: string): Map<string, Member> {
  const members = new Map<string, Member>()
  eachMember(text, (key, member) => members.set(key, member))
  return members
}

/** The names that stand more than once. */
export function duplicatesIn(text: string): string[] {
  const seen = new Set<string>()
  const duplicates: string[] = []
  eachMember(text, (key) => {
    if (seen.has(key)) duplicates.push(key)
    seen.add(key)
  })
  return duplicates
}

function eachMember(text: string, found: (key: string, member: Member) => void): void {
  let depth = 0
  let key: string | null = null
  let valueStart = -1
  for (let at = 0; at < text.length; at++) {
    const char = text.charCodeAt(at)
    if (char <= 32) continue
    if (depth === 1 && key !== null && valueStart < 0 && char !== COLON) valueStart = at
    const closes = char === CLOSE_BRACE || char === CLOSE_BRACKET
    if (depth === 1 && key !== null && (char === COMMA || closes)) {
      found(key, { valueStart, valueEnd: trimmedEnd(text, at) })
      key = null
      valueStart = -1
    }
    if (char === QUOTE) {
      const end = stringEnd(text, at)
      if (depth === 1 && key === null) key = JSON.parse(text.slice(at, end + 1)) as string
      at = end
    } else if (char === OPEN_BRACE || char === OPEN_BRACKET) depth++
    else if (closes) depth--
  }
}

/** The text with a top-level member's value replaced, or the member put first where it is missing. */
export function withMember(
  text: string,
  members: ReadonlyMap<string, Member>,
  key: string,
  rawValue: string,
): string {
  const member = members.get(key)
  if (member) return text.slice(0, member.valueStart) + rawValue + text.slice(member.valueEnd)
  const brace = text.indexOf('{')
  const separator = members.size === 0 ? '' : ','
  return `${text.slice(0, brace + 1)}${JSON.stringify(key)}:${rawValue}${separator}${text.slice(brace + 1)}`
}

/** An escape takes two characters, so nothing is looked for in a text of ordinary length. */
function hasMoreEscapes(text: string, max: number): boolean {
  if (text.length <= 2 * max) return false
  let count = 0
  for (let at = text.indexOf('\\'); at >= 0; at = text.indexOf('\\', at + 2))
    if (++count > max) return true
  return false
}

const NOT_BLANK = /[^\0- ]/g

/** Found natively: a body can be blanks for megabytes. */
function blanksEnd(text: string, from: number): number {
  // One blank after a comma or a colon is the usual case.
  if (text.charCodeAt(from + 1) > 32) return from + 1
  NOT_BLANK.lastIndex = from
  return NOT_BLANK.test(text) ? NOT_BLANK.lastIndex - 1 : text.length
}

/** Offset of the closing quote of the string that opens at `start`, or -1. */
export function stringEnd(text: string, start: number): number {
  let end = text.indexOf('"', start + 1)
  while (end >= 0) {
    let backslashes = 0
    while (text.charCodeAt(end - 1 - backslashes) === BACKSLASH) backslashes++
    if (backslashes % 2 === 0) return end
    end = text.indexOf('"', end + 1)
  }
  return -1
}

function trimmedEnd(text: string, end: number): number {
  let at = end
  while (at > 0 && text.charCodeAt(at - 1) <= 32) at--
  return at
}

function onlySpaceAfter(text: string, start: number): boolean {
  for (let at = start; at < text.length; at++) if (text.charCodeAt(at) > 32) return false
  return true
}
