/** An HTTP/1.1 server on plain sockets. docs/decisions explains why not the runtime's own server. */
import { ClientConnection, type ClientSocket, type ConnectionOwner } from './client-connection.ts'
import type { Exchange } from './exchange.ts'

export interface WebServer {
  port: number
  /** Number of open connections. */
  connections(): number
  /** When the last reply was sent. */
  repliedMs(): number
  /** Makes each reply from now on the last on its connection. */
  disableKeepAlive(): void
  /** True from then on. */
  isLast(): boolean
  /** Stops accepting new connections. */
  refuse(): void
  /** Closes connections without a request in flight. */
  closeIdle(): void
  /** Closes all connections immediately. */
  close(): void
}

export interface WebServerOptions {
  hostname: string
  port: number
  /** Connections above this number are answered with 503. */
  mostConnections: number
  /** Shares the port with other threads that listen on it. */
  sharesPort?: boolean
  /** Counts a connection more or less, and returns how many there are in all threads. */
  count?(by: 1 | -1): number
  /** Called periodically if any connections were rejected since the last call. */
  rejectedConnections(connections: number): void
  /** How long a client may take to accept bytes of a reply. */
  writeTimeoutMs: number
  /** Answers the exchange, now or later. */
  answer(exchange: Exchange): void
  /** Called with a bug's exception thrown while serving a connection, which is then closed. */
  failed(error: unknown): void
}

const WATCH_EVERY_MS = 500

/** Throws with the system's error code if it can't listen. */
export function listenForRequests(options: WebServerOptions): WebServer {
  const connections = new Set<ClientConnection>()
  const count = options.count ?? (() => connections.size)
  let stopping = false
  let repliedMs = performance.now()
  let rejectedConnections = 0
  const owner: ConnectionOwner = {
    answer: options.answer,
    isStopping: () => stopping,
    replied() {
      repliedMs = performance.now()
    },
    gone(connection) {
      if (connections.delete(connection)) count(-1)
    },
    writeTimeoutMs: options.writeTimeoutMs,
  }
  const listener = Bun.listen<ClientConnection>({
    hostname: options.hostname,
    port: options.port,
    ...shared(options),
    socket: {
      open(socket) {
        // Bun's types lack two methods.
        socket.data = new ClientConnection(socket as unknown as ClientSocket, owner)
        connections.add(socket.data)
        if (count(1) <= options.mostConnections) return
        rejectedConnections++
        socket.data.rejectOverload(options.mostConnections)
      },
      data: ({ data }, bytes) => data.received(bytes),
      drain: ({ data }) => data.drained(),
      close: ({ data }) => data.closed(),
      // Exceptions from all of these handlers arrive only here.
      error(socket, error) {
        options.failed(error)
        ;(socket as unknown as ClientSocket).terminate()
      },
    },
  })
  const watching = setInterval(() => {
    const nowMs = performance.now()
    for (const connection of connections) connection.watch(nowMs)
    if (rejectedConnections > 0) options.rejectedConnections(rejectedConnections)
    rejectedConnections = 0
  }, WATCH_EVERY_MS)

  return {
    port: listener.port,
    connections: () => connections.size,
    repliedMs: () => repliedMs,
    disableKeepAlive() {
      stopping = true
    },
    isLast: () => stopping,
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

/** Bun's types lack this option of sockets. */
function shared({ sharesPort = false }: WebServerOptions): object {
  return { reusePort: sharesPort }
}
