/** Faults of the way between a vendor and the gateway: compression, framing, statuses, and bodies that are no answer. */
import { constants, gzipSync } from 'node:zlib'
import {
  httpChunk,
  jsonReply,
  LAST_HTTP_CHUNK,
  replyHead,
  sseHead,
} from '../../support/mock/mock-replies.ts'
import type { Step } from '../../support/mock/mock-upstream.ts'
import { bytesOf, streamType } from '../../support/spoken/format.ts'
import { type Asked, refusal, sound } from './replies.ts'

export interface TransportFault {
  name: string
  steps(asked: Asked): Step[]
  /** Only for streams, or only for whole answers. */
  only?: 'streamed' | 'whole'
  /** The first answer is whole for the client: nothing else is asked. */
  harmless?: boolean
}

const JSON_HEAD = { 'content-type': 'application/json' }
const GZIP = { 'content-encoding': 'gzip' }
/** What arrives together with a reset may be lost with it. */
const PAUSE: Step = { waitMs: 20 }

const eventsOf = ({ format, answer }: Asked) => (answer === null ? [] : format.events(answer))
const bodyOf = ({ format, answer }: Asked) =>
  Buffer.from(answer === null ? '' : JSON.stringify(format.whole(answer)))
/** Up to the middle of the answer. */
const beginning = (asked: Asked) => {
  const events = eventsOf(asked)
  return events.slice(0, asked.format.head + Math.floor(events.length / 2))
}
const halfOf = <T extends Buffer | readonly string[]>(all: T): T =>
  all.slice(0, Math.floor(all.length / 2)) as T

const streamHead = ({ format }: Asked, headers: Record<string, string> = {}) =>
  sseHead({ 'content-type': streamType(format), ...headers })
const allBytes = (asked: Asked) => bytesOf(asked.format, eventsOf(asked))
const firstBytes = (asked: Asked) => bytesOf(asked.format, beginning(asked))

/** So that it can be read before more comes. */
const flushed = (bytes: Buffer) => gzipSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH })

const oldHead = (type: string) => `HTTP/1.0 200 OK\r\ncontent-type: ${type}\r\n\r\n`

/** Half of the answer in some framing, then `end`. */
function half(asked: Asked, end: readonly Step[], headers: Record<string, string> = {}): Step[] {
  if (asked.stream) {
    const plain = firstBytes(asked)
    const bytes = headers === GZIP ? flushed(plain) : plain
    return [{ write: streamHead(asked, headers) }, { write: httpChunk(bytes) }, PAUSE, ...end]
  }
  const whole = headers === GZIP ? gzipSync(bodyOf(asked)) : bodyOf(asked)
  const head = replyHead(200, { ...JSON_HEAD, ...headers, 'transfer-encoding': 'chunked' })
  return [{ write: head }, { write: httpChunk(halfOf(whole)) }, PAUSE, ...end]
}

const before =
  (informational: string, then: (asked: Asked) => Step[]) =>
  (asked: Asked): Step[] => [{ write: `HTTP/1.1 ${informational}\r\n\r\n` }, ...then(asked)]

const lies =
  (type: string, body: string | Buffer, status = 200) =>
  (): Step[] => {
    const length = String(Buffer.byteLength(body))
    const head = replyHead(status, { 'content-type': type, 'content-length': length })
    return [{ write: head }, { write: body }]
  }

const chunked = (asked: Asked, end: string): Step[] =>
  asked.stream
    ? [{ write: streamHead(asked) }, { write: httpChunk(allBytes(asked)) }, { write: end }]
    : [
        { write: replyHead(200, { ...JSON_HEAD, 'transfer-encoding': 'chunked' }) },
        { write: httpChunk(bodyOf(asked)) },
        { write: end },
      ]

const unavailable = (asked: Asked) => refusal(asked.format, 503, 'down')

export const TRANSPORT_FAULTS: readonly TransportFault[] = [
  { name: 'gzip, then a reset', steps: (asked) => half(asked, ['rst'], GZIP) },
  {
    name: 'gzip that ends early',
    steps: (asked) => half(asked, [{ write: LAST_HTTP_CHUNK }], GZIP),
  },
  { name: 'gzip that stalls', steps: (asked) => half(asked, ['stall'], GZIP) },
  {
    name: 'gzip with a broken byte',
    steps(asked) {
      const bytes = asked.stream ? flushed(firstBytes(asked)) : gzipSync(bodyOf(asked))
      bytes.fill(0xff, Math.floor(bytes.length / 2))
      const head = asked.stream
        ? streamHead(asked, GZIP)
        : replyHead(200, { ...JSON_HEAD, ...GZIP, 'transfer-encoding': 'chunked' })
      return [{ write: head }, { write: httpChunk(bytes) }, { write: LAST_HTTP_CHUNK }]
    },
  },
  {
    name: 'a whole gzip without its trailer',
    only: 'streamed',
    harmless: true,
    steps: (asked) => [
      { write: streamHead(asked, GZIP) },
      { write: httpChunk(flushed(allBytes(asked))) },
      { write: LAST_HTTP_CHUNK },
    ],
  },
  {
    name: 'plain text that is called gzip',
    harmless: true,
    steps: (asked) =>
      asked.stream
        ? [
            { write: streamHead(asked, GZIP) },
            { write: httpChunk(allBytes(asked)) },
            { write: LAST_HTTP_CHUNK },
          ]
        : jsonReply(200, asked.format.whole(asked.answer as never), GZIP),
  },
  {
    name: 'an encoding that nobody knows',
    steps: (asked) => half(asked, [{ write: LAST_HTTP_CHUNK }], { 'content-encoding': 'x-own' }),
  },
  {
    name: 'HTTP/1.0 that ends in the middle',
    steps: (asked) =>
      asked.stream
        ? [{ write: oldHead(streamType(asked.format)) }, { write: firstBytes(asked) }, PAUSE, 'fin']
        : [{ write: oldHead('application/json') }, { write: halfOf(bodyOf(asked)) }, PAUSE, 'fin'],
  },
  {
    name: 'HTTP/1.0 that ends in the middle of an event',
    only: 'streamed',
    steps: (asked) => [
      { write: oldHead(streamType(asked.format)) },
      { write: firstBytes(asked).subarray(0, -9) },
      PAUSE,
      'fin',
    ],
  },
  {
    name: 'HTTP/1.0, whole',
    harmless: true,
    steps: (asked) =>
      asked.stream
        ? [{ write: oldHead(streamType(asked.format)) }, { write: allBytes(asked) }, PAUSE, 'fin']
        : [{ write: oldHead('application/json') }, { write: bodyOf(asked) }, PAUSE, 'fin'],
  },
  {
    name: 'a chunk size that is none',
    steps: (asked) => half(asked, [{ write: 'zz\r\nabc\r\n' }]),
  },
  {
    name: 'a chunk longer than it says',
    steps: (asked) => half(asked, [{ write: '3\r\nabcdef\r\n' }]),
  },
  {
    name: 'a malformed trailer after all of it',
    harmless: true,
    steps: (asked) => chunked(asked, '0\r\nno colon here\r\n\r\n'),
  },
  {
    name: 'a trailer that reports an error',
    harmless: true,
    steps: (asked) => chunked(asked, '0\r\ngrpc-status: 13\r\n\r\n'),
  },
  {
    name: 'a trailer after half of it',
    steps: (asked) => half(asked, [{ write: '0\r\nx-error: overloaded\r\n\r\n' }]),
  },
  {
    name: 'no last chunk, then a reset',
    harmless: true,
    only: 'streamed',
    steps: (asked) => [...chunked(asked, ''), PAUSE, 'rst'],
  },
  { name: '100 before a 503', steps: before('100 Continue', unavailable) },
  {
    name: '103 before a 503',
    steps: before('103 Early Hints\r\nlink: </a>; rel=preload', unavailable),
  },
  { name: '102 before a reset', steps: before('102 Processing', () => [PAUSE, 'rst']) },
  { name: '103 before silence', steps: before('103 Early Hints', () => ['stall']) },
  { name: '103 before a cut', steps: before('103 Early Hints', (asked) => half(asked, ['rst'])) },
  { name: '103 before a sound answer', harmless: true, steps: before('103 Early Hints', sound) },
  {
    name: '200 with an error',
    steps: ({ format }) => jsonReply(200, format.error(503, 'down', 'unavailable')),
  },
  {
    name: '200 with a list of errors',
    steps: ({ format }) => jsonReply(200, [format.error(503, 'down', 'unavailable')]),
  },
  { name: '200 with a page', steps: lies('text/html', '<html><body>Bad gateway</body></html>') },
  { name: '200 with a word', steps: lies('text/plain', 'upstream connect error') },
  { name: '200 with nothing', steps: lies('application/json', '') },
  {
    name: '200 with an error event',
    steps: ({ format }) => lies(streamType(format), bytesOf(format, [format.errorEvent('down')]))(),
  },
  {
    name: '200 with an error that is called a stream',
    steps: ({ format }) =>
      lies(streamType(format), JSON.stringify(format.error(503, 'down', 'x')))(),
  },
  { name: '204', steps: () => [{ write: 'HTTP/1.1 204 No Content\r\n\r\n' }] },
  { name: '202 with nothing', steps: lies('application/json', '', 202) },
  {
    name: '302',
    steps: () => [{ write: 'HTTP/1.1 302 Found\r\nlocation: /login\r\ncontent-length: 0\r\n\r\n' }],
  },
  { name: '401 with a page', steps: lies('text/html', '<html>sign in</html>', 401) },
  { name: '404 with a page', steps: lies('text/html', '<html>nginx</html>', 404) },
  { name: '408', steps: lies('text/html', 'timeout', 408) },
  { name: '425', steps: ({ format }) => refusal(format, 425, 'too early') },
  { name: '499', steps: ({ format }) => refusal(format, 499, 'cancelled') },
  { name: '520 with a page', steps: lies('text/html', '<html>Cloudflare</html>', 520) },
  { name: '524 with a page', steps: lies('text/html', '<html>Cloudflare</html>', 524) },
  { name: '999', steps: lies('text/plain', 'no', 999) },
  {
    name: 'a status line that is none',
    steps: () => [{ write: 'HTTP/1.1 abc\r\n\r\n' }, PAUSE, 'fin'],
  },
  {
    name: 'a length that is too long',
    steps: (asked) => {
      const body = asked.stream ? firstBytes(asked) : halfOf(bodyOf(asked))
      const type = asked.stream ? streamType(asked.format) : 'application/json'
      const head = replyHead(200, {
        'content-type': type,
        'content-length': String(body.length + 50),
      })
      return [{ write: head }, { write: body }, PAUSE, 'fin']
    },
  },
  {
    name: 'a length that is too short',
    steps: (asked) => {
      const body = asked.stream ? allBytes(asked) : bodyOf(asked)
      const type = asked.stream ? streamType(asked.format) : 'application/json'
      const head = replyHead(200, {
        'content-type': type,
        'content-length': String(Math.floor(body.length / 2)),
      })
      return [{ write: head }, { write: body }]
    },
  },
]
