/** Random HTTP/1.1 messages: from a grammar that contains what readers disagree about, then mutated byte by byte. */
import type { Random } from './random.ts'

const METHODS = ['GET', 'POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS', 'PATCH']
const TARGETS = [
  '/',
  '/v1/chat/completions',
  '/a?b=c',
  '/%2e%2e/x',
  'http://h/x',
  '*',
  '/a#b',
  '//x',
]
const VERSIONS = [
  'HTTP/1.1',
  'HTTP/1.1',
  'HTTP/1.1',
  'HTTP/1.0',
  'HTTP/1.2',
  'HTTP/2.0',
  'http/1.1',
]
const STATUSES = [
  '200 OK',
  '200 ',
  '404 Not Found',
  '204 No Content',
  '304 Not Modified',
  '100 Continue',
  '99 x',
]
const ENDS = ['\r\n', '\r\n', '\r\n', '\r\n', '\r\n', '\r\n', '\n', '\r', '\r\r\n']
const COLONS = [': ', ':', ':\t', ' : ', ':  ', '\t:', ':\r\n ', ':\x0b']
const CODINGS = [
  'chunked',
  'Chunked',
  'chunked ',
  'chunked, chunked',
  'gzip, chunked',
  'identity',
  'xchunked',
  '',
]
const LENGTHS = [
  '5',
  '05',
  '+5',
  '5, 5',
  '5,6',
  '0x5',
  '5 ',
  ' ',
  '-1',
  '5\x0b',
  '99999999999999999999',
]
const SIZES = [
  '5',
  '05',
  '5 ',
  '5;a=b',
  '5;a="\r\n"',
  '0x5',
  '-5',
  '5\x0b',
  '5;',
  'G',
  '00000000000000005',
  '+5',
]
const OTHERS = [
  'x-a',
  'Accept',
  'content-type',
  'expect',
  'x a',
  'x\x00',
  'x(',
  '',
  'connection',
  'te',
  'trailer',
]
const VALUES = [
  '1',
  'close',
  'keep-alive',
  '100-continue',
  '\x01',
  '\xff',
  'a\tb',
  '',
  'x'.repeat(300),
  ',',
]
const BYTES = [
  '\r',
  '\n',
  '\r\n',
  ' ',
  '\t',
  ':',
  ';',
  ',',
  '\0',
  '\x0b',
  '\x7f',
  '\x80',
  '0',
  '5',
  'a',
  '"',
]
const BODY = 'hello'

export type Kind = 'request' | 'reply'

/** One to three messages, one after the other, as latin1. */
export function randomMessages(kind: Kind, random: Random): string {
  const count = 1 + random.below(3)
  let text = ''
  for (let made = 0; made < count; made++) text += randomMessage(kind, random)
  const mutations = random.once(2) ? 0 : 1 + random.below(3)
  for (let done = 0; done < mutations; done++) text = mutated(text, random)
  return text
}

function randomMessage(kind: Kind, random: Random): string {
  const end = () => (random.once(12) ? random.pick(ENDS) : '\r\n')
  const colon = () => (random.once(8) ? random.pick(COLONS) : ': ')
  const version = random.once(6) ? random.pick(VERSIONS) : 'HTTP/1.1'
  const first =
    kind === 'request'
      ? `${random.pick(METHODS)} ${random.pick(TARGETS)} ${version}`
      : `${version} ${random.once(4) ? random.pick(STATUSES) : '200 OK'}`
  const lines = [first]
  if (kind === 'request' && !random.once(10)) lines.push(`Host${colon()}h`)
  const chunked = random.once(2)
  if (chunked || random.once(6))
    lines.push(`Transfer-Encoding${colon()}${random.once(4) ? random.pick(CODINGS) : 'chunked'}`)
  if (!chunked || random.once(6))
    lines.push(`Content-Length${colon()}${random.once(4) ? random.pick(LENGTHS) : '5'}`)
  for (let more = random.below(3); more > 0; more--)
    lines.push(`${random.pick(OTHERS)}${colon()}${random.pick(VALUES)}`)
  const body = chunked ? chunkedBody(random) : BODY
  return `${lines.map((line) => line + end()).join('')}${end()}${body}`
}

function chunkedBody(random: Random): string {
  const end = () => (random.once(12) ? random.pick(ENDS) : '\r\n')
  const size = random.once(4) ? random.pick(SIZES) : '5'
  const trailer = random.once(4) ? `${random.pick(OTHERS)}: ${random.pick(VALUES)}${end()}` : ''
  return `${size}${end()}${BODY}${end()}${random.once(8) ? '00' : '0'}${end()}${trailer}${end()}`
}

function mutated(text: string, random: Random): string {
  const at = random.below(text.length + 1)
  const until = Math.min(text.length, at + random.below(8))
  switch (random.below(4)) {
    case 0:
      return text.slice(0, at) + random.pick(BYTES) + text.slice(at)
    case 1:
      return text.slice(0, at) + text.slice(until)
    case 2:
      return text.slice(0, at) + random.pick(BYTES) + text.slice(at + 1)
    default:
      return text.slice(0, until) + text.slice(at)
  }
}
