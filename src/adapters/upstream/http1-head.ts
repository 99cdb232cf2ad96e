/** The head of an HTTP/1.1 reply: its status, its headers, and how its body is framed (RFC 9112). */

export class MalformedReply extends Error {
  override readonly name = 'MalformedReply'
}

const FIELD_LINES = /^(?:[!#$%&'*+\-.^_`|~0-9A-Za-z]+:[^\r\n\0]*(?:\r\n|$))*$/
const STATUS_LINE = /^HTTP\/1\.([01]) ([1-5]\d\d)(?: [^\r\n]*)?$/
export function parseHead(text: string): {
  status: number
  minor: number
  headers: Map<string, string>
} {
  const firstEnd = text.indexOf('\r\n')
  const match = STATUS_LINE.exec(firstEnd < 0 ? text : text.slice(0, firstEnd))
  if (match === null) throw new MalformedReply('it does not answer in HTTP/1.1')
  const headers = new Map<string, string>()
  let at = firstEnd < 0 ? text.length : firstEnd + 2
  // All lines in one go: a test for each costs more than all that is read out of them.
  if (!FIELD_LINES.test(text.slice(at))) throw new MalformedReply('one of its headers is malformed')
  while (at < text.length) {
    const lineEnd = text.indexOf('\r\n', at)
    const end = lineEnd < 0 ? text.length : lineEnd
    const colon = text.indexOf(':', at)
    const name = text.slice(at, colon).toLowerCase()
    const value = text.slice(colon + 1, end).trim()
    const before = headers.get(name)
    headers.set(name, before === undefined ? value : `${before}, ${value}`)
    at = end + 2
  }
  return { status: Number(match[2]), minor: Number(match[1]), headers }
}

export interface Framing {
  mode: 'length' | 'size' | 'until close'
  length: number
  /** Two framings were named, so what follows on this connection can't be trusted. */
  ambiguous: boolean
}

/** RFC 9112, 6.3. */
export function framingOf(status: number, headers: ReadonlyMap<string, string>): Framing {
  const length = headers.get('content-length')
  const coding = headers.get('transfer-encoding')
  if (status === 204 || status === 304) return { mode: 'length', length: 0, ambiguous: false }
  if (coding !== undefined) {
    if (coding.toLowerCase() !== 'chunked')
      throw new MalformedReply('it uses a transfer coding that nobody asked for')
    return { mode: 'size', length: 0, ambiguous: length !== undefined }
  }
  if (length === undefined) return { mode: 'until close', length: 0, ambiguous: false }
  const [one = '', ...others] = length.split(',').map((value) => value.trim())
  if (!/^\d{1,15}$/.test(one) || others.some((other) => other !== one))
    throw new MalformedReply('its content-length is malformed')
  return { mode: 'length', length: Number(one), ambiguous: others.length > 0 }
}
