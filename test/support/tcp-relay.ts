/** An address that leads to one server after another, as a name or a virtual address does at a failover. */
import { connect, createServer, type Socket } from 'node:net'

export interface TcpRelay {
  port: number
  /** New connections go there from now on; those that stand are cut, or left where they lead. */
  pointAt(port: number, standing: 'cut' | 'left'): void
  close(): void
}

export function startTcpRelay(first: number): Promise<TcpRelay> {
  let target = first
  const open = new Set<Socket>()
  const server = createServer((inner) => {
    const outer = connect({ port: target, host: '127.0.0.1' })
    for (const [socket, other] of [
      [inner, outer],
      [outer, inner],
    ] as const) {
      open.add(socket)
      socket.on('error', () => other.destroy())
      socket.on('close', () => {
        open.delete(socket)
        other.destroy()
      })
    }
    inner.pipe(outer)
    outer.pipe(inner)
  })
  const cut = () => {
    for (const socket of open) socket.destroy()
  }
  const { promise, resolve, reject } = Promise.withResolvers<TcpRelay>()
  server.once('error', reject)
  server.listen(0, '127.0.0.1', () => {
    const address = server.address()
    if (address === null || typeof address === 'string') return reject(new Error('no port'))
    resolve({
      port: address.port,
      pointAt(port, standing) {
        target = port
        if (standing === 'cut') cut()
      },
      close() {
        server.close()
        cut()
      },
    })
  })
  return promise
}
