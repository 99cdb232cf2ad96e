/** The head of an HTTP/1.1 reply: status, headers, body framing, and whether the connection can be reused. */
import { type Framing, HeaderLines, MalformedMessage } from './head-lines.ts'

export interface ReplyHead {
  status: number
  headers: HeaderLines
  framing: Framing
  /** The connection may carry another reply after this one. */
  reusable: boolean
}

const STATUS_LINE = /HTTP\/1\.[01] [1-5]\d\d(?: [^\r\n]*)?(?:\r\n|$)/y
const MINOR_AT = 'HTTP/1.'.length
const STATUS_AT = 'HTTP/1.1 '.length
const ONE = 49
const CLOSE = /\bclose\b/i
const LENGTH = /^\d{1,15}$/

/** Null for an interim reply (100, 103), which precedes the final one. Throws MalformedMessage. */
export function readReplyHead(text: string): ReplyHead | null {
  STATUS_LINE.lastIndex = 0
  if (!STATUS_LINE.test(text)) throw new MalformedMessage('it does not answer in HTTP/1.1')
  const headers = new HeaderLines(text, STATUS_LINE.lastIndex, 'reply')
  const status = Number(text.slice(STATUS_AT, STATUS_AT + 3))
  if (status === 101) throw new MalformedMessage('it switched protocols unasked')
  if (status < 200) return null
  const { framing, ambiguous } = framingOf(status, headers)
  const reusable =
    text.charCodeAt(MINOR_AT) === ONE &&
    !ambiguous &&
    framing.mode !== 'until close' &&
    !CLOSE.test(headers.get('connection') ?? '')
  return { status, headers, framing, reusable }
}

/** RFC 9112, 6.3. `ambiguous`: the head names two framings, so later bytes on this connection can't be trusted. */
function framingOf(status: number, headers: HeaderLines): { framing: Framing; ambiguous: boolean } {
  const length = headers.get('content-length')
  const coding = headers.get('transfer-encoding')
  if (status === 204 || status === 304)
    return { framing: { mode: 'length', length: 0 }, ambiguous: false }
  if (coding !== null) {
    if (coding.toLowerCase() !== 'chunked')
      throw new MalformedMessage('it uses a transfer coding that was not requested')
    return { framing: { mode: 'size', length: 0 }, ambiguous: length !== null }
  }
  if (length === null) return { framing: { mode: 'until close', length: 0 }, ambiguous: false }
  if (LENGTH.test(length))
    return { framing: { mode: 'length', length: Number(length) }, ambiguous: false }
  const [one = '', ...others] = length.split(',').map((value) => value.trim())
  if (!LENGTH.test(one) || others.some((other) => other !== one))
    throw new MalformedMessage('its content-length is malformed')
  return { framing: { mode: 'length', length: Number(one) }, ambiguous: others.length > 0 }
}
