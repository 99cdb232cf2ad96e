/** A listener that speaks nothing: it keeps what it received and does to the socket what a test says. */
import { createServer, type Socket } from 'node:net'

export interface RawServer {
  port: number
  received(): Buffer
  /** Connections ever made. */
  connections(): number
  /** Connections that are open now. */
  standing(): number
  close(): void
}

/** `atFirstBytes` is called once for each connection, when its first bytes are in. */
export function startRawServer(atFirstBytes: (socket: Socket) => void): Promise<RawServer> {
  const parts: Buffer[] = []
  const open = new Set<Socket>()
  let connections = 0
  const server = createServer((socket) => {
    connections++
    open.add(socket)
    socket.once('data', () => atFirstBytes(socket))
    socket.on('data', (bytes: Buffer) => parts.push(bytes))
    // A reset by the peer is nothing to a listener that answers nothing.
    socket.on('error', () => open.delete(socket))
    socket.on('close', () => open.delete(socket))
  })
  const { promise, resolve, reject } = Promise.withResolvers<RawServer>()
  server.once('error', reject)
  server.listen(0, '127.0.0.1', () => {
    const address = server.address()
    if (address === null || typeof address === 'string') return reject(new Error('no port'))
    resolve({
      port: address.port,
      received: () => Buffer.concat(parts),
      connections: () => connections,
      standing: () => open.size,
      close() {
        server.close()
        for (const socket of open) socket.destroy()
      },
    })
  })
  return promise
}

/** A closed port. */
export async function closedPort(): Promise<number> {
  const server = await startRawServer(() => {})
  server.close()
  return server.port
}
