/** One attack, and what builds it: requests with honest and with hidden bodies. */

export interface Attack {
  name: string
  bytes: string
  /** `reject`: 4xx and close. `one`: that, or served as exactly one well-formed request. */
  verdict: 'reject' | 'one'
}

interface Parts {
  line?: string
  host?: string
  headers: string
  body: string
}

export interface AttackBuilder {
  all: readonly Attack[]
  add(verdict: Attack['verdict'], name: string, parts: Parts): void
  /** The body of an ordinary request. */
  honest(): string
  /** A whole request, to be hidden in another one's body. */
  smuggled(): string
}

export const lengthOf = (text: string) => `Content-Length: ${Buffer.byteLength(text)}\r\n`
export const chunked = (text: string) =>
  `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n0\r\n\r\n`

/** `body` is the JSON of one honest request for its number. */
export function attackBuilder(key: string, body: (user: string) => string): AttackBuilder {
  const all: Attack[] = []
  const request = ({
    line = 'POST /v1/chat/completions HTTP/1.1',
    host = 'Host: x\r\n',
    headers,
    body: sent,
  }: Parts) =>
    `${line}\r\n${host}Authorization: Bearer ${key}\r\nContent-Type: application/json\r\n${headers}\r\n${sent}`
  return {
    all,
    add: (verdict, name, parts) => all.push({ name, verdict, bytes: request(parts) }),
    honest: () => body(`case-${all.length}`),
    smuggled() {
      const text = body(`smuggled-${all.length}`)
      return request({ headers: lengthOf(text), body: text })
    },
  }
}
