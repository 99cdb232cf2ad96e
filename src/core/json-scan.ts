/** Looks over a JSON text before it is parsed: nesting depth, and where each top-level member stands. */

export interface Member {
  /** Offset of the key's opening quote. */
  keyStart: number
  valueStart: number
  /** Offset just behind the value. */
  valueEnd: number
}

export type Scan =
  | { ok: true; members: ReadonlyMap<string, Member>; duplicates: readonly string[] }
  | { ok: false; reason: 'too_deep' | 'not_an_object' | 'malformed' }

const QUOTE = 34
const BACKSLASH = 92
const COMMA = 44
const COLON = 58
const OPEN_BRACE = 123
const CLOSE_BRACE = 125
const OPEN_BRACKET = 91
const CLOSE_BRACKET = 93

/**
 * One pass over `text`; strings are hopped over natively. It checks no grammar beyond what it
 * needs, so parse the text afterwards. Offsets let a member be replaced without re-writing the
 * rest, which keeps unknown fields and large numbers exactly as the client wrote them.
 */
export function scanObject(text: string, maxDepth: number): Scan {
  const members = new Map<string, Member>()
  const duplicates: string[] = []
  let depth = 0
  let key: string | null = null
  let keyStart = 0
  let valueStart = -1

  const closeMember = (end: number) => {
    if (key === null || valueStart < 0) return
    if (members.has(key)) duplicates.push(key)
    members.set(key, { keyStart, valueStart, valueEnd: trimmedEnd(text, end) })
    key = null
    valueStart = -1
  }

  for (let at = 0; at < text.length; at++) {
    const char = text.charCodeAt(at)
    if (char <= 32) continue
    if (depth === 0 && char !== OPEN_BRACE)
      return { ok: false, reason: at === 0 || !members.size ? 'not_an_object' : 'malformed' }
    if (depth === 1 && key !== null && valueStart < 0 && char !== COLON) valueStart = at
    switch (char) {
      case QUOTE: {
        const end = stringEnd(text, at)
        if (end < 0) return { ok: false, reason: 'malformed' }
        if (depth === 1 && key === null) {
          key = unescaped(text.slice(at, end + 1))
          keyStart = at
          if (key === null) return { ok: false, reason: 'malformed' }
        }
        at = end
        break
      }
      case OPEN_BRACE:
      case OPEN_BRACKET:
        depth++
        if (depth > maxDepth) return { ok: false, reason: 'too_deep' }
        break
      case CLOSE_BRACE:
      case CLOSE_BRACKET:
        if (depth === 1) closeMember(at)
        depth--
        if (depth === 0)
          return onlySpaceAfter(text, at + 1)
            ? { ok: true, members, duplicates }
            : { ok: false, reason: 'malformed' }
        break
      case COMMA:
        if (depth === 1) closeMember(at)
        break
    }
  }
  return { ok: false, reason: text.trim() === '' ? 'not_an_object' : 'malformed' }
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

/** Offset of the closing quote of the string that opens at `start`, or -1. */
function stringEnd(text: string, start: number): number {
  let end = text.indexOf('"', start + 1)
  while (end >= 0) {
    let backslashes = 0
    while (text.charCodeAt(end - 1 - backslashes) === BACKSLASH) backslashes++
    if (backslashes % 2 === 0) return end
    end = text.indexOf('"', end + 1)
  }
  return -1
}

function unescaped(quoted: string): string | null {
  if (!quoted.includes('\\')) return quoted.slice(1, -1)
  try {
    return JSON.parse(quoted) as string
  } catch {
    return null
  }
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
