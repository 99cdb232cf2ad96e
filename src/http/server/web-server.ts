/** Listens for HTTP/1.1 on bare sockets. Why not the runtime's own server: docs/decisions. */
import { ClientConnection, type ClientSocket, type ConnectionOwner } from './client-connection.ts'
import type { Exchange } from './exchange.ts'

export interface WebServer {
  port: number
  /** Connections that stand. */
  connections(): number
  /** When the last reply was sent. */
  repliedMs(): number
  /** Each reply from now on is the last on its connection. */
  disableKeepAlive(): void
  /** Accepts no new connections. */
  refuse(): void
  /** Closes connections without a request. */
  closeIdle(): void
  /** Closes all at once. */
  close(): void
}

export interface WebServerOptions {
  hostname: string
  port: number
  /** Whoever comes beyond that many is answered with 503. */
  mostConnections: number
  /** Told now and then, where there were any since. */
  turnedAway(connections: number): void
  /** Bytes of a reply must be taken within this. */
  writeTimeoutMs: number
  /** Answers it, now or later. */
  answer(exchange: Exchange): void
  /** A mistake of ours, thrown while a connection was served; the connection is ended. */
  failed(error: unknown): void
}

const WATCH_EVERY_MS = 500

/** Throws where it can't listen there, with the system's code. */
export function listenForRequests(options: WebServerOptions): WebServer {
  const connections = new Set<ClientConnection>()
  let stopping = false
  let repliedMs = performance.now()
  let turnedAway = 0
  const owner: ConnectionOwner = {
    answer: options.answer,
    isStopping: () => stopping,
    replied() {
      repliedMs = performance.now()
    },
    gone: (connection) => void connections.delete(connection),
    writeTimeoutMs: options.writeTimeoutMs,
  }
  const listener = Bun.listen<ClientConnection>({
    hostname: options.hostname,
    port: options.port,
    socket: {
      open(socket) {
        // The types of Bun leave two methods out.
        socket.data = new ClientConnection(socket as unknown as ClientSocket, owner)
        connections.add(socket.data)
        if (connections.size <= options.mostConnections) return
        turnedAway++
        socket.data.rejectOverload(options.mostConnections)
      },
      data: ({ data }, bytes) => data.received(bytes),
      drain: ({ data }) => data.drained(),
      close: ({ data }) => data.closed(),
      // What any of these throws arrives here, and nowhere else.
      error(socket, error) {
        options.failed(error)
        ;(socket as unknown as ClientSocket).terminate()
      },
    },
  })
  const watching = setInterval(() => {
    const nowMs = performance.now()
    for (const connection of connections) connection.watch(nowMs)
    if (turnedAway > 0) options.turnedAway(turnedAway)
    turnedAway = 0
  }, WATCH_EVERY_MS)

  return {
    port: listener.port,
    connections: () => connections.size,
    repliedMs: () => repliedMs,
    disableKeepAlive() {
      stopping = true
    },
    refuse: () => listener.stop(false),
    closeIdle() {
      for (const connection of connections) if (connection.isIdle()) connection.close()
    },
    close() {
      clearInterval(watching)
      listener.stop(true)
    },
  }
}
