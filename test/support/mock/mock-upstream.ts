/** A scripted upstream on raw sockets, able to break HTTP at any byte; its ledger is the independent witness. */
import { createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { waitFor } from '../waiting.ts'
import { type MockConnection, openConnection } from './mock-connection.ts'
import { chatCompletion, jsonReply } from './mock-replies.ts'

export { chatChunks, chatCompletion, jsonReply, rawReply, sseReply } from './mock-replies.ts'

/** One request as it arrived, and what became of its reply. */
export interface Exchange {
  index: number
  /** Number of the connection it came on. */
  connection: number
  method: string
  path: string
  headers: Record<string, string>
  rawHead: string
  body: string
  startedAtMs: number
  /** Bytes of the reply that the system took. */
  bytesSent: number
  /** `cut`: ended by our script; `aborted`: the peer left before the script was through. */
  outcome: 'open' | 'served' | 'cut' | 'aborted'
  /** `performance.now()` when the peer closed or reset this connection. */
  closedByPeerAtMs: number | null
}

export type Step =
  | { write: string | Uint8Array }
  | { waitMs: number }
  | { until: Promise<unknown> }
  | 'fin'
  | 'rst'
  | 'stall'

export type Script = (exchange: Exchange) => Step[] | Promise<Step[]>

export interface MockUpstream {
  /** Base URL, `http(s)://127.0.0.1:PORT/v1`. */
  url: string
  port: number
  ledger: Exchange[]
  script(next: Script): void
  /** `performance.now()` at which the peer closed the connection of this exchange. */
  closedByPeer(exchange: Exchange): Promise<number>
  exchangeArrived(index: number): Promise<Exchange>
  /** Connections open now. */
  connections(): number
  /** Connections ever opened. */
  connectionsOpened(): number
  dropConnections(): void
  /** Bytes that came on any connection and never became a whole request. */
  strayBytes(): string
  /** Writes on every open connection, whether a request is in flight or not. */
  writeUnsolicited(bytes: string | Uint8Array): void
  close(): Promise<void>
}

export interface MockOptions {
  script?: Script
  tls?: { key: string; cert: string; alpn?: string[] }
  /** Connections that carry nothing for so long are ended, whatever is on its way to them. */
  idle?: IdleEnd
}

export interface IdleEnd {
  afterMs: number
  how: 'fin' | 'rst'
}

export async function startMockUpstream(options: MockOptions = {}): Promise<MockUpstream> {
  const { script, tls, idle } = options
  let current: Script = script ?? (() => jsonReply(200, chatCompletion('hello')))
  const ledger: Exchange[] = []
  const open = new Set<MockConnection>()
  const strays: string[] = []
  let opened = 0

  const accept = (socket: Socket) => {
    const connection = openConnection(socket, ++opened, ledger, {
      script: (exchange) => current(exchange),
      idle,
    })
    open.add(connection)
    socket.on('close', () => {
      open.delete(connection)
      strays.push(connection.rest())
    })
  }
  const server = tls
    ? createTlsServer(
        { key: tls.key, cert: tls.cert, ALPNProtocols: tls.alpn ?? ['http/1.1'] },
        accept,
      )
    : createServer({ allowHalfOpen: true, noDelay: true }, accept)
  const port = await listening(server)

  return {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${port}/v1`,
    port,
    ledger,
    script(next) {
      current = next
    },
    closedByPeer: (exchange) =>
      waitFor(`the peer to close exchange ${exchange.index}`, () => exchange.closedByPeerAtMs),
    exchangeArrived: (index) => waitFor(`exchange ${index} to arrive`, () => ledger[index]),
    connections: () => open.size,
    connectionsOpened: () => opened,
    dropConnections() {
      for (const connection of open) connection.reset()
    },
    strayBytes: () => strays.join('') + [...open].map((connection) => connection.rest()).join(''),
    writeUnsolicited(bytes) {
      for (const connection of open) connection.write(bytes)
    },
    close() {
      const { promise, resolve } = Promise.withResolvers<void>()
      server.close(() => resolve())
      for (const connection of open) connection.reset()
      return promise
    },
  }
}

function listening(server: Server): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  server.once('error', reject)
  server.listen(0, '127.0.0.1', () => {
    const address = server.address()
    if (address === null || typeof address === 'string') reject(new Error('the mock has no port'))
    else resolve(address.port)
  })
  return promise
}
