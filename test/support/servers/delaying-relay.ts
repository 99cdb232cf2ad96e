/** A relay before a server whose answers it can delay, as a slow network or a busy machine does. */
import { connect, createServer, type Socket } from 'node:net'

export interface DelayingRelay {
  port: number
  /** Answers wait from now on, also those on connections that are made meanwhile. */
  hold(): void
  /** They go on, with all that waited. */
  release(): void
  close(): void
}

export function startDelayingRelay(target: number): Promise<DelayingRelay> {
  const open = new Set<Socket>()
  const answering = new Set<Socket>()
  let holds = false
  const server = createServer((client) => {
    const upstream = connect({ port: target, host: '127.0.0.1' })
    answering.add(upstream)
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      open.add(socket)
      socket.on('error', () => other.destroy())
      socket.on('close', () => {
        open.delete(socket)
        answering.delete(socket)
        other.destroy()
      })
    }
    client.on('data', (bytes) => upstream.write(bytes))
    upstream.on('data', (bytes) => client.write(bytes))
    if (holds) upstream.pause()
  })
  const { promise, resolve, reject } = Promise.withResolvers<DelayingRelay>()
  server.once('error', reject)
  server.listen(0, '127.0.0.1', () => {
    const address = server.address()
    if (address === null || typeof address === 'string') return reject(new Error('no port'))
    resolve({
      port: address.port,
      hold() {
        holds = true
        for (const upstream of answering) upstream.pause()
      },
      release() {
        holds = false
        for (const upstream of answering) upstream.resume()
      },
      close() {
        server.close()
        for (const socket of open) socket.destroy()
      },
    })
  })
  return promise
}
