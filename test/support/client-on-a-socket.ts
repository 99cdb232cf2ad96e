/** One connection of a client to the gateway, on a socket whose room is up to the test. */
import { ClientConnection } from '../../src/http/server/client-connection.ts'
import type { Exchange } from '../../src/http/server/exchange.ts'

export const GET = 'GET /one HTTP/1.1\r\nhost: x\r\n\r\n'
export const POST = 'POST /two HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\n\r\nhello'
export const OK = { status: 200, headers: { 'content-type': 'text/plain' }, body: 'ok' }

/** A connection on a socket that takes `room` bytes until it is drained. */
export function connected({ room = Number.POSITIVE_INFINITY, stopping = false } = {}) {
  const events: string[] = []
  const asked: Exchange[] = []
  let sent = ''
  let free = room
  const connection = new ClientConnection(
    {
      remoteAddress: '10.0.0.1',
      write(bytes, from, length) {
        const taken = Math.min(length, free)
        free -= taken
        sent += Buffer.from(bytes.subarray(from, from + taken)).toString('latin1')
        return taken
      },
      shutdown: () => void events.push('ended'),
      pause: () => void events.push('paused'),
      resume: () => void events.push('resumed'),
      terminate() {
        events.push('terminated')
        connection.closed()
      },
    },
    {
      answer: (exchange) => void asked.push(exchange),
      isStopping: () => stopping,
      replied() {},
      gone: () => void events.push('gone'),
      writeTimeoutMs: 1_000,
    },
  )
  return {
    connection,
    events,
    asked,
    sent: () => sent.replaceAll(/date: .*\r\n/g, ''),
    receive: (text: string) => connection.received(Buffer.from(text, 'latin1')),
    drain(bytes = Number.POSITIVE_INFINITY) {
      free = bytes
      connection.drained()
    },
    later: (ms: number) => connection.watch(performance.now() + ms),
  }
}

export const replyText = (body: string, more = '') =>
  `HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: ${body.length}\r\n${more}\r\n${body}`
