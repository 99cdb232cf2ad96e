/** Requests that try to be understood as two, or as something else than they are: made by rule, some hundreds. */

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

const CONTROLS = Array.from({ length: 32 }, (_, code) => String.fromCharCode(code)).filter(
  (char) => !'\t\n\r'.includes(char),
)
const NO_TOKEN = [...'()<>@,;\\"/[]?={} \x7f']

/** All attacks; `body` is the JSON of one honest request for its number. */
export function attacks(key: string, body: (user: string) => string): Attack[] {
  const all: Attack[] = []
  const request = ({
    line = 'POST /v1/chat/completions HTTP/1.1',
    host = 'Host: x\r\n',
    headers,
    body: sent,
  }: Parts) =>
    `${line}\r\n${host}Authorization: Bearer ${key}\r\nContent-Type: application/json\r\n${headers}\r\n${sent}`
  const honest = () => body(`case-${all.length}`)
  const lengthOf = (text: string) => `Content-Length: ${Buffer.byteLength(text)}\r\n`
  const smuggled = () => {
    const text = body(`smuggled-${all.length}`)
    return request({ headers: lengthOf(text), body: text })
  }
  const add = (verdict: Attack['verdict'], name: string, parts: Parts) =>
    all.push({ name, verdict, bytes: request(parts) })
  const chunked = (text: string) =>
    `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n0\r\n\r\n`

  const encodings = [
    'chunked',
    'Chunked',
    'CHUNKED',
    'chunked ',
    '\tchunked',
    'chunked\t',
    '\x0bchunked',
    '\x00chunked',
    'chunked;a=b',
    '"chunked"',
    'x, chunked',
    'chunked, x',
    'chunked, chunked',
    'identity, chunked',
    'chunked, identity',
    'gzip, chunked',
    'xchunked',
    'chunke',
    'identity',
    'gzip',
    '',
    ',chunked',
    'chunked,',
    'chunked\x0b',
  ]
  const names = ['Transfer-Encoding', 'transfer-encoding', 'TRANSFER-ENCODING', 'tRANSFER-eNCODING']
  for (const name of names) {
    for (const encoding of encodings) {
      const hidden = `0\r\n\r\n${smuggled()}`
      add('reject', `CL.TE ${name}: ${encoding}`, {
        headers: `${lengthOf(hidden)}${name}: ${encoding}\r\n`,
        body: hidden,
      })
      add('reject', `TE.CL ${name}: ${encoding}`, {
        headers: `${name}: ${encoding}\r\nContent-Length: 5\r\n`,
        body: chunked(smuggled()),
      })
    }
  }
  for (const name of [
    'Transfer-Encoding ',
    'Transfer-Encoding\t',
    ' Transfer-Encoding',
    '\x0bTransfer-Encoding',
    'Transfer\x00-Encoding',
    'X: y\nTransfer-Encoding',
    'X: y\rTransfer-Encoding',
    'X: y\r\n Transfer-Encoding',
    'X: y\r\n\tTransfer-Encoding',
  ]) {
    const hidden = `0\r\n\r\n${smuggled()}`
    add('reject', `spoilt name ${name}`, {
      headers: `${lengthOf(hidden)}${name}: chunked\r\n`,
      body: hidden,
    })
  }
  add('reject', 'two Transfer-Encodings', {
    headers: 'Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n',
    body: chunked(honest()),
  })

  for (const form of [
    '+N',
    '-N',
    'N.0',
    '0xN',
    'N;',
    'N,',
    ',N',
    'N N',
    '"N"',
    'Ne0',
    '',
    ' ',
    'N\x00',
    'N\x0b',
    '18446744073709551616',
    '99999999999999999999999',
    'N, 0',
    '0, N',
    'abc',
  ]) {
    const sent = honest()
    add('reject', `Content-Length: ${form}`, {
      headers: `Content-Length: ${form.replace('N', String(sent.length))}\r\n`,
      body: sent + smuggled(),
    })
  }
  for (const form of ['N ', '\tN', '0N', '000000N']) {
    const sent = honest()
    add('one', `Content-Length: ${form}`, {
      headers: `Content-Length: ${form.replace('N', String(sent.length))}\r\n`,
      body: sent,
    })
  }
  for (const names of [
    ['Content-Length', 'Content-Length'],
    ['Content-Length', 'content-length'],
    ['CONTENT-LENGTH', 'Content-length'],
  ]) {
    for (const order of [0, 1]) {
      const sent = honest()
      const hidden = smuggled()
      const lengths = [sent.length, sent.length + hidden.length]
      const headers = `${names[0]}: ${lengths[order]}\r\n${names[1]}: ${lengths[1 - order]}\r\n`
      add('reject', `two lengths ${names} ${order}`, { headers, body: sent + hidden })
    }
    const sent = honest()
    add('one', `the same length twice ${names}`, {
      headers: names.map((name) => `${name}: ${sent.length}\r\n`).join(''),
      body: sent,
    })
  }

  const te = 'Transfer-Encoding: chunked\r\n'
  for (const size of [
    '0xN',
    '+N',
    '-N',
    'N.0',
    '',
    'g',
    'FFFFFFFFFFFFFFFFF',
    '10000000000000000',
    'N\n',
    'N\r',
    '\nN',
    'N;\n',
    'N;a\rb',
    'N\x00',
    '1N',
    ',N',
    'N,1',
  ]) {
    const sent = honest()
    const line = size.replace('N', sent.length.toString(16))
    add('reject', `chunk size ${size}`, {
      headers: te,
      body: `${line}\r\n${sent}\r\n0\r\n\r\n${smuggled()}`,
    })
  }
  for (const size of ['N;a=b', 'N;a="b;c"', 'N ;a', '00N', 'N;', 'N;a=b;c=d', 'N ', 'N\t']) {
    const sent = honest()
    const line = size.replace('N', sent.length.toString(16))
    add('one', `chunk extension ${size}`, { headers: te, body: `${line}\r\n${sent}\r\n0\r\n\r\n` })
  }
  for (const [name, end] of [
    ['no CRLF', ''],
    ['LF', '\n'],
    ['CR', '\r'],
    ['CRCR', '\r\r'],
    ['LFCR', '\n\r'],
    ['excess', 'x\r\n'],
  ] as const) {
    const sent = honest()
    add('reject', `behind a chunk: ${name}`, {
      headers: te,
      body: `${sent.length.toString(16)}\r\n${sent}${end}0\r\n\r\n${smuggled()}`,
    })
  }
  for (const trailer of [
    'Content-Length: 5',
    'Transfer-Encoding: chunked',
    'Host: evil',
    'Authorization: Bearer x',
    'X: y',
  ]) {
    const sent = honest()
    add('one', `trailer ${trailer}`, {
      headers: te,
      body: `${sent.length.toString(16)}\r\n${sent}\r\n0\r\n${trailer}\r\n\r\n`,
    })
  }

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
  for (const header of [
    'no-colon',
    ': no-name',
    'X-a : b',
    'X-a: b\rX-c: d',
    'X-a: b\r\r\nX-c: d',
    'Content-Length : 3',
    'Host : y',
    'X-a: b\r\n folded',
    'X-a: b\r\n\tfolded',
  ]) {
    const sent = honest()
    add('reject', `header ${JSON.stringify(header)}`, {
      headers: `${header}\r\n${lengthOf(sent)}`,
      body: sent,
    })
  }
  add('reject', 'bare LF behind a header', {
    headers: `X-a: b\n${lengthOf(honest())}`,
    body: honest(),
  })

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

  const path = '/v1/chat/completions'
  for (const line of [
    `POST ${path}`,
    `POST ${path} HTTP/9.9`,
    `POST ${path} HTTP/1.2.3`,
    `POST ${path} http/1.1`,
    `POST ${path} HTTP/1.1 x`,
    `POST\t${path}\tHTTP/1.1`,
    `P OST ${path} HTTP/1.1`,
    `POST ${path}\x00 HTTP/1.1`,
    `POST /v1/chat\rcompletions HTTP/1.1`,
    `POST ${path} HTTPS/1.1`,
    'PRI * HTTP/2.0',
    `P(ST ${path} HTTP/1.1`,
    `${path} HTTP/1.1`,
  ]) {
    const sent = honest()
    add('reject', `line ${JSON.stringify(line)}`, { line, headers: lengthOf(sent), body: sent })
  }
  for (const target of [
    'http://evil/v1/chat/completions',
    'http://evil@x/v1/chat/completions',
    'https://x:1/v1/chat/completions',
    'x:80',
    '*',
    `/${path}`,
    '/v1//chat/completions',
    '/v1/./chat/completions',
    '/v1/../v1/chat/completions',
    '/%2e%2e/v1/chat/completions',
    '/v1/chat%2fcompletions',
    '/V1/CHAT/COMPLETIONS',
    `${path}#/metrics`,
    `${path}?a=b`,
    `${path}/`,
    `${path};x`,
    '\\v1\\chat\\completions',
    '/metrics',
    '/v1/chat/completions%00',
    '/v1/chat/completions%0d%0aX:y',
  ]) {
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
      line: `${method} ${path} HTTP/1.1`,
      headers: lengthOf(sent),
      body: sent,
    })
  }
  for (const header of [
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
  ]) {
    const sent = honest()
    add('one', `header ${JSON.stringify(header)}`, {
      headers: `${header}\r\n${lengthOf(sent)}`,
      body: sent,
    })
  }
  return all
}
