/** Two lengths of one body: Content-Length and Transfer-Encoding, and names that only resemble the latter. */
import { type AttackBuilder, chunked, lengthOf } from './attack.ts'

const ENCODINGS = [
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

const NAMES = ['Transfer-Encoding', 'transfer-encoding', 'TRANSFER-ENCODING', 'tRANSFER-eNCODING']

const MALFORMED_NAMES = [
  'Transfer-Encoding ',
  'Transfer-Encoding\t',
  ' Transfer-Encoding',
  '\x0bTransfer-Encoding',
  'Transfer\x00-Encoding',
  'X: y\nTransfer-Encoding',
  'X: y\rTransfer-Encoding',
  'X: y\r\n Transfer-Encoding',
  'X: y\r\n\tTransfer-Encoding',
]

/** Both headers, in either order and many spellings. */
export function transferEncodings({ add, smuggled }: AttackBuilder): void {
  for (const name of NAMES) {
    for (const encoding of ENCODINGS) {
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
}

/** A name that one reader takes for Transfer-Encoding and another does not. */
export function malformedNames({ add, honest, smuggled }: AttackBuilder): void {
  for (const name of MALFORMED_NAMES) {
    const hidden = `0\r\n\r\n${smuggled()}`
    add('reject', `malformed name ${name}`, {
      headers: `${lengthOf(hidden)}${name}: chunked\r\n`,
      body: hidden,
    })
  }
  add('reject', 'two Transfer-Encodings', {
    headers: 'Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n',
    body: chunked(honest()),
  })
}
