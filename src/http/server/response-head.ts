/** Serializes the head of a reply. */

const REASONS: Readonly<Record<number, string>> = {
  101: 'Switching Protocols',
  200: 'OK',
  201: 'Created',
  202: 'Accepted',
  204: 'No Content',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  408: 'Request Timeout',
  409: 'Conflict',
  410: 'Gone',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  422: 'Unprocessable Content',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
}

/** Any other character would end the line, or become one that does when it is truncated to a byte. */
const NOT_SENDABLE = /[^\t\x20-\x7e\x80-\xff]/g

/** Ends with the empty line. `more` holds complete header lines. */
export function headText(
  status: number,
  headers: Readonly<Record<string, string>>,
  more: string,
): string {
  let text = `HTTP/1.1 ${status} ${REASONS[status] ?? ''}\r\n`
  for (const name in headers) {
    const value = headers[name] as string
    NOT_SENDABLE.lastIndex = 0
    const safe = NOT_SENDABLE.test(value) ? value.replace(NOT_SENDABLE, '?') : value
    // As one template: the runtime joins strings in threes, and a further `+=` would be one more.
    text = `${text}${name}: ${safe}\r\n`
  }
  return `${text}${dateLine()}${more}\r\n`
}

const SECOND_MS = 1_000
let dateMs = 0
let date = ''

/** The Date header (RFC 9110, 6.6.1), formatted at most once a second. */
function dateLine(): string {
  const nowMs = Date.now()
  if (nowMs - dateMs >= SECOND_MS || nowMs < dateMs) {
    dateMs = nowMs - (nowMs % SECOND_MS)
    date = `date: ${new Date(nowMs).toUTCString()}\r\n`
  }
  return date
}
