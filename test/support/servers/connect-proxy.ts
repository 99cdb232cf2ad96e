/** A small outgoing proxy: tunnels by CONNECT, passes plain requests on, and remembers what it was asked. */

interface Side {
  other: Bun.Socket<Side> | null
  /** Bytes that arrived before the other side was connected. */
  waiting: Buffer[]
  asked: boolean
}

export interface ConnectProxy {
  url: string
  /** The first line of each connection. */
  asked: string[]
  /** Everything that clients sent which it could read. */
  seen(): string
  close(): void
}

export function startConnectProxy(): ConnectProxy {
  const asked: string[] = []
  const seen: Buffer[] = []
  const side = (): Side => ({ other: null, waiting: [], asked: false })
  const pass = {
    data({ data }: Bun.Socket<Side>, bytes: Buffer) {
      if (data.other === null) data.waiting.push(Buffer.from(bytes))
      else data.other.write(bytes)
    },
    close: ({ data }: Bun.Socket<Side>) => void data.other?.end(),
    error: ({ data }: Bun.Socket<Side>) => void data.other?.end(),
  }
  const open = async (client: Bun.Socket<Side>, head: Buffer) => {
    const [line = ''] = head.toString('latin1').split('\r\n')
    asked.push(line)
    const [method, target = ''] = line.split(' ')
    const tunnel = method === 'CONNECT'
    const url = new URL(tunnel ? `http://${target}` : target)
    const onward = await Bun.connect<Side>({
      hostname: url.hostname,
      port: Number(url.port),
      data: { ...side(), other: client },
      socket: pass,
    })
    if (tunnel) client.write('HTTP/1.1 200 Connection established\r\n\r\n')
    else onward.write(head)
    for (const bytes of client.data.waiting) onward.write(bytes)
    client.data.other = onward
  }
  const listener = Bun.listen<Side>({
    hostname: '127.0.0.1',
    port: 0,
    socket: {
      ...pass,
      open(socket) {
        socket.data = side()
      },
      data(socket, bytes) {
        seen.push(Buffer.from(bytes))
        if (socket.data.asked) return pass.data(socket, bytes)
        socket.data.asked = true
        open(socket, Buffer.from(bytes)).catch(() => socket.end())
      },
    },
  })
  return {
    url: `http://127.0.0.1:${listener.port}`,
    asked,
    seen: () => Buffer.concat(seen).toString('latin1'),
    close: () => listener.stop(true),
  }
}
