/** Replies of providers that are refusals, beginnings or ends of answers, but no answer. */
import { gzipSync } from 'node:zlib'
import { httpChunk, LAST_HTTP_CHUNK, replyHead, sseHead } from '../../support/mock/mock-replies.ts'
import type { Step } from '../../support/mock/mock-upstream.ts'
import { bytesOf, streamType } from '../../support/spoken/format.ts'
import { type Asked, refusal } from './replies.ts'
import type { TransportFault } from './transport-faults.ts'

const PAGE = '<!doctype html><html><title>error</title></html>'

const page =
  (status: number, headers: Record<string, string> = {}) =>
  (): Step[] => {
    const length = String(Buffer.byteLength(PAGE))
    const head = { 'content-type': 'text/html', 'content-length': length, ...headers }
    return [{ write: replyHead(status, head) + PAGE }]
  }

const zipped =
  (status: number) =>
  ({ format }: Asked): Step[] => {
    const body = gzipSync(JSON.stringify(format.error(status, 'down', 'error')))
    const headers = {
      'content-type': 'application/json',
      'content-encoding': 'gzip',
      'content-length': String(body.length),
    }
    return [{ write: replyHead(status, headers) }, { write: body }]
  }

const inAWhile = () => new Date(Date.now() + 20_000).toUTCString()
const eventsOf = ({ format, answer }: Asked) => (answer === null ? [] : format.events(answer))

/** Formats whose last event is an answer by itself. */
const WHOLE_ENDS: ReadonlySet<string> = new Set(['responses', 'gemini'])

/** Some events of a sound stream, and a tidy end of the body. */
function only(asked: Asked, events: readonly string[]): Step[] {
  const { format } = asked
  return [
    { write: sseHead({ 'content-type': streamType(format) }) },
    { write: httpChunk(bytesOf(format, events)) },
    { write: LAST_HTTP_CHUNK },
  ]
}

/** A byte at a time, for longer than anybody waits. */
const trickled = (text: string): Step[] =>
  Array.from({ length: 400 }, (_, at) => [
    { write: text[at % text.length] as string },
    { waitMs: 60 },
  ]).flat()

export const ODD_REPLIES: readonly TransportFault[] = [
  {
    name: '429 with a date',
    steps: ({ format }) => refusal(format, 429, 'slow', { headers: { 'retry-after': inAWhile() } }),
  },
  { name: '429 with nothing', steps: () => [{ write: replyHead(429, { 'content-length': '0' }) }] },
  {
    name: '429 with an absurd wait',
    steps: ({ format }) =>
      refusal(format, 429, 'slow', { headers: { 'retry-after': '99999999999' } }),
  },
  { name: '429 in gzip', steps: zipped(429) },
  { name: '503 in gzip', steps: zipped(503) },
  {
    name: '500 with nothing, and a close',
    steps: () => [{ write: 'HTTP/1.1 500 x\r\nconnection: close\r\n\r\n' }, 'fin'],
  },
  { name: '503 with a date', steps: page(503, { 'retry-after': inAWhile() }) },
  { name: '521 with a page', steps: page(521) },
  { name: '522 with a page', steps: page(522) },
  { name: '523 with a page', steps: page(523) },
  { name: '525 with a page', steps: page(525) },
  { name: '526 with a page', steps: page(526) },
  {
    name: '529',
    steps: ({ format }) => refusal(format, 529, 'overloaded', { code: 'overloaded_error' }),
  },
  {
    name: 'headers that trickle',
    steps: () => trickled(`HTTP/1.1 200 OK\r\n${'x-more: y\r\n'.repeat(60)}`),
  },
  {
    name: 'half of the headers, then a close',
    steps: () => [{ write: 'HTTP/1.1 200 OK\r\ncontent-ty' }, 'fin'],
  },
  {
    name: 'half of the headers, then silence',
    steps: () => [{ write: 'HTTP/1.1 200 OK\r\ncontent-ty' }, 'stall'],
  },
  {
    name: 'a body that trickles',
    only: 'whole',
    steps: () => [
      { write: replyHead(200, { 'content-type': 'application/json', 'content-length': '4000' }) },
      ...trickled(' '),
    ],
  },
  {
    name: 'comments alone, for long',
    only: 'streamed',
    steps: ({ format }) => [
      { write: sseHead({ 'content-type': streamType(format) }) },
      ...Array.from({ length: 400 }, (): Step[] => [
        { write: httpChunk(': \n\n') },
        { waitMs: 60 },
      ]).flat(),
    ],
  },
  {
    name: 'the end of a stream alone',
    only: 'streamed',
    steps: (asked) =>
      only(asked, WHOLE_ENDS.has(asked.format.name) ? [] : eventsOf(asked).slice(-1)),
  },
  {
    name: 'usage alone',
    only: 'streamed',
    steps: (asked) =>
      only(
        asked,
        eventsOf(asked).filter(
          (event) =>
            /usage/i.test(event) && !/"(?:stop|STOP|end_turn)"|message_start|completed/.test(event),
        ),
      ),
  },
  {
    name: 'the head of a stream alone',
    only: 'streamed',
    steps: (asked) => only(asked, eventsOf(asked).slice(0, asked.format.head)),
  },
]
