/** The head of an HTTP/1.1 reply: its status, its headers, and how its body is framed (RFC 9112). */

export class MalformedReply extends Error {
  override readonly name = 'MalformedReply'
}

/** Both begin where the one before ended, so that no part of the head is copied to be tested. */
const STATUS_LINE = /HTTP\/1\.[01] [1-5]\d\d(?: [^\r\n]*)?(?:\r\n|$)/y
/** All lines in one go: a test for each costs more than all that is read out of them. */
const FIELD_LINES = /(?:[!#$%&'*+\-.^_`|~0-9A-Za-z]+:[^\r\n\0]*(?:\r\n|$))*$/y
const MINOR_AT = 'HTTP/1.'.length
const STATUS_AT = 'HTTP/1.1 '.length

export interface Head {
  status: number
  minor: number
  headers: HeaderLines
}

export function parseHead(text: string): Head {
  STATUS_LINE.lastIndex = 0
  if (!STATUS_LINE.test(text)) throw new MalformedReply('it does not answer in HTTP/1.1')
  const linesAt = STATUS_LINE.lastIndex
  FIELD_LINES.lastIndex = linesAt
  if (!FIELD_LINES.test(text)) throw new MalformedReply('one of its headers is malformed')
  return {
    status: Number(text.slice(STATUS_AT, STATUS_AT + 3)),
    minor: text.charCodeAt(MINOR_AT) - ZERO,
    headers: new HeaderLines(text, linesAt),
  }
}

const ZERO = 48
/** Turns a letter into lower case; of what may stand in a name beside letters, it changes none that we ask for. */
const LOWER = 32

/** Where the lines stand in the text; a value is cut out when it is asked for, which few are. */
export class HeaderLines {
  private readonly text: string
  /** Of each line the offsets of its name, its colon, and its end. */
  private readonly places: number[] = []

  /** The lines are known to be well-formed. */
  constructor(text: string, linesAt: number) {
    this.text = text
    for (let at = linesAt; at < text.length; ) {
      const lineEnd = text.indexOf('\r\n', at)
      const end = lineEnd < 0 ? text.length : lineEnd
      this.places.push(at, text.indexOf(':', at), end)
      at = end + 2
    }
  }

  /** By a name in lower case; several of one name are joined by commas. */
  get(name: string): string | null {
    const places = this.places
    let found: string | null = null
    for (let line = 0; line < places.length; line += 3) {
      const at = places[line] as number
      const colon = places[line + 1] as number
      if (colon - at !== name.length || !this.isNamed(name, at)) continue
      const value = this.text.slice(colon + 1, places[line + 2]).trim()
      found = found === null ? value : `${found}, ${value}`
    }
    return found
  }

  private isNamed(name: string, at: number): boolean {
    for (let index = 0; index < name.length; index++) {
      if ((this.text.charCodeAt(at + index) | LOWER) !== name.charCodeAt(index)) return false
    }
    return true
  }
}

export interface Framing {
  mode: 'length' | 'size' | 'until close'
  length: number
  /** Two framings were named, so what follows on this connection can't be trusted. */
  ambiguous: boolean
}

/** RFC 9112, 6.3. */
export function framingOf(status: number, headers: Pick<HeaderLines, 'get'>): Framing {
  const length = headers.get('content-length')
  const coding = headers.get('transfer-encoding')
  if (status === 204 || status === 304) return { mode: 'length', length: 0, ambiguous: false }
  if (coding !== null) {
    if (coding.toLowerCase() !== 'chunked')
      throw new MalformedReply('it uses a transfer coding that nobody asked for')
    return { mode: 'size', length: 0, ambiguous: length !== null }
  }
  if (length === null) return { mode: 'until close', length: 0, ambiguous: false }
  const [one = '', ...others] = length.split(',').map((value) => value.trim())
  if (!/^\d{1,15}$/.test(one) || others.some((other) => other !== one))
    throw new MalformedReply('its content-length is malformed')
  return { mode: 'length', length: Number(one), ambiguous: others.length > 0 }
}
