/** An address that leads to one server after another, as a name or a virtual address does at a failover. */
import { connect, createServer, type Socket } from 'node:net'

export interface TcpRelay {
  port: number
  /** New connections go there from now on; open ones are cut, or left unchanged. */
  pointAt(port: number, standing: 'cut' | 'left'): void
  /** New connections are accepted from now on, but not forwarded until they are released. */
  hold(): void
  held(): number
  release(): void
  close(): void
}

export function startTcpRelay(first: number): Promise<TcpRelay> {
  let target = first
  const open = new Set<Socket>()
  let held: Socket[] | null = null
  const lead = (inner: Socket) => {
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
  }
  const server = createServer((inner) => {
    if (held === null) return lead(inner)
    held.push(inner)
    inner.on('error', () => {})
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
      hold() {
        held = []
      },
      held: () => held?.length ?? 0,
      release() {
        const waiting = held ?? []
        held = null
        waiting.forEach(lead)
      },
      close() {
        server.close()
        cut()
        for (const socket of held ?? []) socket.destroy()
      },
    })
  })
  return promise
}
