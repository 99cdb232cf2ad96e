/** The first line of a request: malformed, or with an odd target or method. */
import { type AttackBuilder, lengthOf } from './attack.ts'

const PATH = '/v1/chat/completions'

const MALFORMED_LINES = [
  `POST ${PATH}`,
  `POST ${PATH} HTTP/9.9`,
  `POST ${PATH} HTTP/1.2.3`,
  `POST ${PATH} http/1.1`,
  `POST ${PATH} HTTP/1.1 x`,
  `POST\t${PATH}\tHTTP/1.1`,
  `P OST ${PATH} HTTP/1.1`,
  `POST ${PATH}\x00 HTTP/1.1`,
  `POST /v1/chat\rcompletions HTTP/1.1`,
  `POST ${PATH} HTTPS/1.1`,
  'PRI * HTTP/2.0',
  `P(ST ${PATH} HTTP/1.1`,
  `${PATH} HTTP/1.1`,
]

const TARGETS = [
  'http://evil/v1/chat/completions',
  'http://evil@x/v1/chat/completions',
  'https://x:1/v1/chat/completions',
  'x:80',
  '*',
  `/${PATH}`,
  '/v1//chat/completions',
  '/v1/./chat/completions',
  '/v1/../v1/chat/completions',
  '/%2e%2e/v1/chat/completions',
  '/v1/chat%2fcompletions',
  '/V1/CHAT/COMPLETIONS',
  `${PATH}#/metrics`,
  `${PATH}?a=b`,
  `${PATH}/`,
  `${PATH};x`,
  '\\v1\\chat\\completions',
  '/metrics',
  '/v1/chat/completions%00',
  '/v1/chat/completions%0d%0aX:y',
]

/** Invalid lines, other targets, and other methods. */
export function requestLines({ add, honest }: AttackBuilder): void {
  for (const line of MALFORMED_LINES) {
    const sent = honest()
    add('reject', `line ${JSON.stringify(line)}`, { line, headers: lengthOf(sent), body: sent })
  }
  for (const target of TARGETS) {
    const sent = honest()
    add('one', `target ${target}`, {
      line: `POST ${target} HTTP/1.1`,
      headers: lengthOf(sent),
      body: sent,
    })
  }
  for (const method of ['post', 'PoST', 'CONNECT', 'TRACE', 'OPTIONS', 'PUT', 'DELETE', 'XPOST']) {
    const sent = honest()
    add('one', `method ${method}`, {
      line: `${method} ${PATH} HTTP/1.1`,
      headers: lengthOf(sent),
      body: sent,
    })
  }
}
