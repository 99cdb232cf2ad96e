/** Content-Length and the sizes of chunks: wrong, doubled, or oddly written. */
import type { AttackBuilder } from './attack.ts'

const BAD_LENGTHS = [
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
]

const CHUNKED = 'Transfer-Encoding: chunked\r\n'

const BAD_SIZES = [
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
]

/** Lengths that are no number, and two that differ. */
export function contentLengths({ add, honest, smuggled }: AttackBuilder): void {
  for (const form of BAD_LENGTHS) {
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
}

/** Sizes of chunks that are no hexadecimal number, and extensions. */
export function chunkSizes({ add, honest, smuggled }: AttackBuilder): void {
  for (const size of BAD_SIZES) {
    const sent = honest()
    const line = size.replace('N', sent.length.toString(16))
    add('reject', `chunk size ${size}`, {
      headers: CHUNKED,
      body: `${line}\r\n${sent}\r\n0\r\n\r\n${smuggled()}`,
    })
  }
  for (const size of ['N;a=b', 'N;a="b;c"', 'N ;a', '00N', 'N;', 'N;a=b;c=d', 'N ', 'N\t']) {
    const sent = honest()
    const line = size.replace('N', sent.length.toString(16))
    add('one', `chunk extension ${size}`, {
      headers: CHUNKED,
      body: `${line}\r\n${sent}\r\n0\r\n\r\n`,
    })
  }
}

/** What follows a chunk: a wrong end of line, and trailers. */
export function chunkEnds({ add, honest, smuggled }: AttackBuilder): void {
  for (const [name, end] of [
    ['no CRLF', ''],
    ['LF', '\n'],
    ['CR', '\r'],
    ['CRCR', '\r\r'],
    ['LFCR', '\n\r'],
    ['excess', 'x\r\n'],
  ] as const) {
    const sent = honest()
    add('reject', `after a chunk: ${name}`, {
      headers: CHUNKED,
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
      headers: CHUNKED,
      body: `${sent.length.toString(16)}\r\n${sent}\r\n0\r\n${trailer}\r\n\r\n`,
    })
  }
}
