/** Reads HTTP/1.1 requests from a stream of bytes, one after the other, for the mock upstream. */

export interface ReadRequest {
  method: string
  path: string
  /** Names in lower case; repeated ones joined with a comma. */
  headers: Record<string, string>
  /** The head exactly as it came, without the blank line. */
  rawHead: string
  body: string
}

export interface RequestReader {
  push(bytes: Uint8Array): ReadRequest[]
  /** What has arrived but is no whole request yet. */
  rest(): string
}

interface Body {
  text: string
  /** Offset just after the body. */
  end: number
}

const END_OF_HEAD = '\r\n\r\n'

export function createRequestReader(): RequestReader {
  let buffer: Buffer = Buffer.alloc(0)
  /** After it, and joined only once the body can be whole: else a large one is copied at each of its pieces. */
  let pieces: Uint8Array[] = []
  let missing = 0

  const next = (): ReadRequest | null => {
    const headEnd = buffer.indexOf(END_OF_HEAD)
    if (headEnd < 0) return null
    const rawHead = buffer.toString('latin1', 0, headEnd)
    const [requestLine = '', ...lines] = rawHead.split('\r\n')
    const [method = '', path = ''] = requestLine.split(' ')
    const headers = headersOf(lines)
    const bodyAt = headEnd + END_OF_HEAD.length
    const body = bodyOf(buffer, bodyAt, headers)
    if (body === null) {
      missing = bodyAt + Number(headers['content-length'] ?? 0) - buffer.length
      return null
    }
    buffer = buffer.subarray(body.end)
    return { method, path, headers, rawHead, body: body.text }
  }

  const join = () => {
    buffer = Buffer.concat([buffer, ...pieces])
    pieces = []
  }

  return {
    push(bytes) {
      pieces.push(bytes)
      missing -= bytes.length
      if (missing > 0) return []
      join()
      const requests: ReadRequest[] = []
      for (let request = next(); request !== null; request = next()) requests.push(request)
      return requests
    },
    rest() {
      join()
      return buffer.toString('latin1')
    },
  }
}

function headersOf(lines: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const line of lines) {
    const colon = line.indexOf(':')
    const name = line.slice(0, colon).toLowerCase()
    const value = line.slice(colon + 1).trim()
    const before = headers[name]
    headers[name] = before === undefined ? value : `${before}, ${value}`
  }
  return headers
}

function bodyOf(buffer: Buffer, start: number, headers: Record<string, string>): Body | null {
  if (headers['transfer-encoding']?.toLowerCase().includes('chunked'))
    return chunkedBody(buffer, start)
  const end = start + Number(headers['content-length'] ?? 0)
  return buffer.length < end ? null : { text: buffer.toString('utf8', start, end), end }
}

function chunkedBody(buffer: Buffer, start: number): Body | null {
  const parts: Buffer[] = []
  let at = start
  for (;;) {
    const lineEnd = buffer.indexOf('\r\n', at)
    if (lineEnd < 0) return null
    const size = Number.parseInt(buffer.toString('latin1', at, lineEnd), 16)
    const dataEnd = lineEnd + 2 + size
    if (buffer.length < dataEnd + 2) return null
    if (size === 0) return { text: Buffer.concat(parts).toString('utf8'), end: dataEnd + 2 }
    parts.push(buffer.subarray(lineEnd + 2, dataEnd))
    at = dataEnd + 2
  }
}
