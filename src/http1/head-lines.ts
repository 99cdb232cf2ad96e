/** The header lines of an HTTP/1.1 message, and how its body is framed (RFC 9112). */
import type { HeaderSource } from '../core/headers.ts'

export class MalformedMessage extends Error {
  override readonly name = 'MalformedMessage'
}

export interface Framing {
  mode: 'length' | 'size' | 'until close'
  /** Body length in bytes if the mode is `length`. */
  length: number
}

/** Matches all lines at once: testing each one costs more than reading them. */
const FIELD_LINES = /(?:[!#$%&'*+\-.^_`|~0-9A-Za-z]+:[^\r\n\0]*(?:\r\n|$))*$/y
/** For requests, as llhttp does: no control characters in a value. */
const STRICT_FIELD_LINES = /(?:[!#$%&'*+\-.^_`|~0-9A-Za-z]+:[\t\x20-\x7e\x80-\xff]*(?:\r\n|$))*$/y
/** A trailer that another reader could use to frame this message or the next one. */
const FRAMING_FIELD = /^(?:connection|content-length|transfer-encoding|host|trailer)[\t ]*:/i

/** Checks one trailer line of a request. Throws MalformedMessage. */
export function assertTrailer(line: string): void {
  STRICT_FIELD_LINES.lastIndex = 0
  if (!STRICT_FIELD_LINES.test(line) || FRAMING_FIELD.test(line))
    throw new MalformedMessage('one of its trailers is malformed')
}

/** Lowercases a letter. It changes other name characters too, but none in the names we look up. */
const LOWER = 32
const SPACE = 32
const TAB = 9

/** Lengths that differ by 32 share a bit. */
function lengthBit(length: number): number {
  return 1 << (length & 31)
}

/** Reused, because a new list would grow to its length in several steps. */
const collected: number[] = []

/** Offsets of the header lines; a value is only extracted on demand, and few are. */
export class HeaderLines implements HeaderSource {
  private readonly text: string
  /** For each line, the offsets of its name, its colon and its end. */
  private readonly places: readonly number[]
  /** A bit for each length of a name, because most names that are looked up are not there. */
  private nameLengths = 0

  /** `linesAt`: offset of the first line. Throws MalformedMessage. */
  constructor(text: string, linesAt: number, kind: 'request' | 'reply') {
    const lines = kind === 'request' ? STRICT_FIELD_LINES : FIELD_LINES
    lines.lastIndex = linesAt
    if (!lines.test(text)) throw new MalformedMessage('one of its headers is malformed')
    this.text = text
    collected.length = 0
    for (let at = linesAt; at < text.length; ) {
      const lineEnd = text.indexOf('\r\n', at)
      const end = lineEnd < 0 ? text.length : lineEnd
      const colon = text.indexOf(':', at)
      collected.push(at, colon, end)
      this.nameLengths |= lengthBit(colon - at)
      at = end + 2
    }
    this.places = collected.slice()
  }

  /** Looks up a lower-case name; repeated headers are joined by commas. */
  get(name: string): string | null {
    if ((this.nameLengths & lengthBit(name.length)) === 0) return null
    const places = this.places
    let found: string | null = null
    for (let line = 0; line < places.length; line += 3) {
      const at = places[line] as number
      const colon = places[line + 1] as number
      if (colon - at !== name.length || !this.isNamed(name, at)) continue
      const value = this.valueIn(colon + 1, places[line + 2] as number)
      found = found === null ? value : `${found}, ${value}`
    }
    return found
  }

  entries(): [name: string, value: string][] {
    const entries: [string, string][] = []
    const places = this.places
    for (let line = 0; line < places.length; line += 3) {
      const colon = places[line + 1] as number
      const value = this.valueIn(colon + 1, places[line + 2] as number)
      entries.push([this.text.slice(places[line], colon), value])
    }
    return entries
  }

  private isNamed(name: string, at: number): boolean {
    for (let index = 0; index < name.length; index++) {
      if ((this.text.charCodeAt(at + index) | LOWER) !== name.charCodeAt(index)) return false
    }
    return true
  }

  /** `trim` removes more than spaces and tabs, which could change the length or coding that was sent. */
  private valueIn(from: number, to: number): string {
    let start = from
    let end = to
    while (start < end && this.isBlank(start)) start++
    while (end > start && this.isBlank(end - 1)) end--
    return this.text.slice(start, end)
  }

  private isBlank(at: number): boolean {
    const code = this.text.charCodeAt(at)
    return code === SPACE || code === TAB
  }
}
