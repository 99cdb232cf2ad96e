/** Reads HTTP/1.1 replies out of raw bytes, strictly: what is not well formed is an error. */

export interface RawReply {
  status: number
  /** Status line and headers as they came. */
  head: string
  headers: Record<string, string>
  body: Buffer
}

interface Body {
  bytes: Buffer
  end: number
}

const STATUS_LINE = /^HTTP\/1\.[01] (\d{3})(?: [^\r\n]*)?$/

/** Whole replies at the start of `bytes`; `closed` ends a reply that has no length of its own. */
export function readReplies(bytes: Buffer, closed: boolean): RawReply[] {
  const replies: RawReply[] = []
  let at = 0
  while (at < bytes.length) {
    const headEnd = bytes.indexOf('\r\n\r\n', at)
    if (headEnd < 0) return replies
    const head = bytes.toString('latin1', at, headEnd)
    const [statusLine = '', ...lines] = head.split('\r\n')
    const status = Number(STATUS_LINE.exec(statusLine)?.[1] ?? Number.NaN)
    if (Number.isNaN(status)) throw new Error(`no status line: ${JSON.stringify(statusLine)}`)
    const headers = headersOf(lines)
    const body =
      status < 200 || status === 204
        ? { bytes: Buffer.alloc(0), end: headEnd + 4 }
        : bodyOf(bytes, headEnd + 4, headers, closed)
    if (body === null) return replies
    if (status >= 200) replies.push({ status, head, headers, body: body.bytes })
    at = body.end
  }
  return replies
}

function headersOf(lines: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const line of lines) {
    const colon = line.indexOf(':')
    if (colon < 1) throw new Error(`no header line: ${JSON.stringify(line)}`)
    headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim()
  }
  return headers
}

function bodyOf(
  bytes: Buffer,
  start: number,
  headers: Record<string, string>,
  closed: boolean,
): Body | null {
  if (headers['transfer-encoding'] === 'chunked') return chunked(bytes, start)
  const length = headers['content-length']
  if (length === undefined)
    return closed ? { bytes: bytes.subarray(start), end: bytes.length } : null
  const end = start + Number(length)
  return bytes.length < end ? null : { bytes: bytes.subarray(start, end), end }
}

function chunked(bytes: Buffer, start: number): Body | null {
  const parts: Buffer[] = []
  let at = start
  for (;;) {
    const lineEnd = bytes.indexOf('\r\n', at)
    if (lineEnd < 0) return null
    const size = Number.parseInt(bytes.toString('latin1', at, lineEnd), 16)
    if (Number.isNaN(size)) throw new Error('no chunk size')
    const dataEnd = lineEnd + 2 + size
    if (bytes.length < dataEnd + 2) return null
    if (size === 0) return { bytes: Buffer.concat(parts), end: dataEnd + 2 }
    parts.push(bytes.subarray(lineEnd + 2, dataEnd))
    at = dataEnd + 2
  }
}
