/** Headers that readers understand differently. */
import { type AttackBuilder, lengthOf } from './attack.ts'

const CONTROLS = Array.from({ length: 32 }, (_, code) => String.fromCharCode(code)).filter(
  (char) => !'\t\n\r'.includes(char),
)
const NO_TOKEN = [...'()<>@,;\\"/[]?={} \x7f']

const MALFORMED_HEADERS = [
  'no-colon',
  ': no-name',
  'X-a : b',
  'X-a: b\rX-c: d',
  'X-a: b\r\r\nX-c: d',
  'Content-Length : 3',
  'Host : y',
  'X-a: b\r\n folded',
  'X-a: b\r\n\tfolded',
]

const MISLEADING_HEADERS = [
  'Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABkAAQAAP__',
  'Upgrade: websocket\r\nConnection: Upgrade',
  'Expect: 200-ok',
  'Connection: Content-Length',
  'Connection: Authorization',
  'Content_Length: 3',
  'Transfer_Encoding: chunked',
  'X-HTTP-Method-Override: DELETE',
  'X-Original-URL: /metrics',
  'X-Rewrite-URL: /metrics',
  'Max-Forwards: 0',
  'TE: trailers',
]

/** Characters that no name of a header may have. */
export function characters({ add, honest }: AttackBuilder): void {
  for (const control of CONTROLS) {
    const code = control.charCodeAt(0)
    const sent = honest()
    add('reject', `control ${code} in a name`, {
      headers: `X-a${control}b: c\r\n${lengthOf(sent)}`,
      body: sent,
    })
    const other = honest()
    add('one', `control ${code} in a value`, {
      headers: `X-a: b${control}c\r\n${lengthOf(other)}`,
      body: other,
    })
  }
  for (const char of NO_TOKEN) {
    const sent = honest()
    add('reject', `${JSON.stringify(char)} in a name`, {
      headers: `X-a${char}b: c\r\n${lengthOf(sent)}`,
      body: sent,
    })
  }
}

/** Lines that are no header. */
export function malformedHeaders({ add, honest }: AttackBuilder): void {
  for (const header of MALFORMED_HEADERS) {
    const sent = honest()
    add('reject', `header ${JSON.stringify(header)}`, {
      headers: `${header}\r\n${lengthOf(sent)}`,
      body: sent,
    })
  }
  add('reject', 'bare LF after a header', {
    headers: `X-a: b\n${lengthOf(honest())}`,
    body: honest(),
  })
}

/** None, two, and names that another reader takes for a path. */
export function hosts({ add, honest }: AttackBuilder): void {
  const hosts = ['', 'Host: x\r\nHost: y\r\n', 'Host: x\r\nhost: x\r\n']
  for (const host of hosts) {
    const sent = honest()
    add('reject', `Host ${JSON.stringify(host)}`, { host, headers: lengthOf(sent), body: sent })
  }
  for (const host of [
    'localhost/#@x',
    'localhost/v1/chat/completions?',
    'a b',
    'user@x',
    'x:99999',
    'x, y',
    '',
    '[::1',
    'x\\y',
    '../..',
    'x#y',
    'x?y',
    '%2e',
    '//',
  ]) {
    const sent = honest()
    add('one', `Host: ${host}`, { host: `Host: ${host}\r\n`, headers: lengthOf(sent), body: sent })
  }
}

/** Headers that would mean something else to a less careful server. */
export function misleadingHeaders({ add, honest }: AttackBuilder): void {
  for (const header of MISLEADING_HEADERS) {
    const sent = honest()
    add('one', `header ${JSON.stringify(header)}`, {
      headers: `${header}\r\n${lengthOf(sent)}`,
      body: sent,
    })
  }
}
