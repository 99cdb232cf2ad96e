/**
 * The head of an HTTP/1.1 request (RFC 9112). Stricter than the RFC wherever two readers could differ: one
 * request to a proxy in front must never be two here (request smuggling).
 */
import { type Framing, HeaderLines, MalformedMessage } from './head-lines.ts'

export interface RequestHead {
  method: string
  /** As it was sent: usually a path with a query. */
  target: string
  headers: HeaderLines
  framing: Framing
  /** HTTP/1.0 has no chunked encoding. */
  minor: 0 | 1
  /** The client wants to reuse the connection. */
  keepAlive: boolean
}

const REQUEST_LINE = /[!#$%&'*+\-.^_`|~0-9A-Za-z]+ [\x21-\x7e]+ HTTP\/1\.[01](?:\r\n|$)/y
const VERSION_LENGTH = ' HTTP/1.1'.length
const ZERO = 48
const CLOSE = /\bclose\b/i
/** A host name or address, with an optional port. */
const HOST = /^[\w.~:[\]%!$&'()*+;=-]*$/
/** `http://user@host/…`: readers disagree on which part is the host (RFC 9110, 4.2.4). */
const USER_INFO = /^[^/?#]*\/\/[^/?#]*@/
const LENGTH = /^\d{1,15}$/
/** Allowed by the RFC, but llhttp and others refuse such a request. */
const TAB_AFTER_FRAMING = /\n(?:content-length|transfer-encoding):[^\r\n]*\t *(?:\r|$)/i
const NO_BODY: Framing = { mode: 'length', length: 0 }
const CHUNKED: Framing = { mode: 'size', length: 0 }

/** Throws MalformedMessage. */
export function readRequestHead(text: string): RequestHead {
  REQUEST_LINE.lastIndex = 0
  if (!REQUEST_LINE.test(text)) throw new MalformedMessage('its first line is not of HTTP/1.1')
  const linesAt = REQUEST_LINE.lastIndex
  const lineEnd = linesAt === text.length && !text.endsWith('\r\n') ? linesAt : linesAt - 2
  const methodEnd = text.indexOf(' ')
  const minor = text.charCodeAt(lineEnd - 1) === ZERO ? 0 : 1
  const headers = new HeaderLines(text, linesAt, 'request')
  const host = headers.get('host')
  if (host === null && minor === 1) throw new MalformedMessage('it names no host')
  // Repeated headers are joined by commas; another server might use either value.
  if (host !== null && !HOST.test(host)) throw new MalformedMessage('its host is malformed')
  if (text.includes('\t') && TAB_AFTER_FRAMING.test(text))
    throw new MalformedMessage('a tab follows the length or coding of its body')
  const target = text.slice(methodEnd + 1, lineEnd - VERSION_LENGTH)
  if (USER_INFO.test(target)) throw new MalformedMessage('its target names a user')
  const connection = headers.get('connection')
  return {
    method: text.slice(0, methodEnd),
    target,
    headers,
    framing: framingOf(minor, headers),
    minor,
    keepAlive: minor === 1 && (connection === null || !CLOSE.test(connection)),
  }
}

/** RFC 9112, 6.3, rejecting what the RFC only advises against. */
function framingOf(minor: 0 | 1, headers: HeaderLines): Framing {
  const length = headers.get('content-length')
  const coding = headers.get('transfer-encoding')
  if (coding !== null) {
    if (length !== null)
      throw new MalformedMessage('it has a content-length and a transfer-encoding')
    if (minor === 0) throw new MalformedMessage('HTTP/1.0 has no transfer-encoding')
    if (coding.toLowerCase() !== 'chunked')
      throw new MalformedMessage('its transfer-encoding is not chunked')
    return CHUNKED
  }
  if (length === null) return NO_BODY
  if (!LENGTH.test(length)) throw new MalformedMessage('its content-length is malformed')
  return { mode: 'length', length: Number(length) }
}
