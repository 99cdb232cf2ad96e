/** A bare HTTP/2 upstream that sends exactly the given frames: no library corrects the faults. */
import tls from 'node:tls'

const TYPES = {
  data: 0,
  headers: 1,
  rstStream: 3,
  settings: 4,
  ping: 6,
  goaway: 7,
  windowUpdate: 8,
} as const
const END_STREAM = 1
const ACK = 1
const END_HEADERS = 4
const PREFACE_LENGTH = 24
const HEAD_LENGTH = 9

export const CODES = {
  noError: 0,
  protocolError: 1,
  internalError: 2,
  refusedStream: 7,
  cancel: 8,
} as const

export interface Exchange {
  /** Counted over all connections, from 0. */
  index: number
  stream: number
  /** `:status 200`, and a content-length where given. */
  head(contentLength?: number): void
  data(text: string, last?: boolean): void
  reset(code: number): void
  goaway(lastStream: number, code: number): void
  /** TCP FIN or RST. */
  end(): void
  destroy(): void
}

export interface Seen {
  connections: number
  requests: number
  /** Stream ids that the client reset, with its code. */
  resets: { stream: number; code: number; atMs: number }[]
}

export interface FrameServer {
  url: string
  seen: Seen
  answer: (exchange: Exchange) => void
  close(): void
}

export async function startFrameServer(
  key: string,
  cert: string,
  alpn: string[] | null,
): Promise<FrameServer> {
  const seen: Seen = { connections: 0, requests: 0, resets: [] }
  const server = tls.createServer({ key, cert, ...(alpn === null ? {} : { ALPNProtocols: alpn }) })
  const result: FrameServer = { url: '', seen, answer: () => {}, close: () => server.close() }
  server.on('secureConnection', (socket) => {
    seen.connections++
    socket.on('error', () => {})
    if (socket.alpnProtocol !== 'h2') {
      socket.on('data', () => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nby 1.1'))
      return
    }
    const send = (type: number, flags: number, stream: number, payload: Uint8Array) =>
      void (socket.destroyed || socket.write(frame(type, flags, stream, payload)))
    send(TYPES.settings, 0, 0, new Uint8Array())
    let buffered = Buffer.alloc(0)
    let started = false
    socket.on('data', (part: Buffer) => {
      buffered = Buffer.concat([buffered, part])
      if (!started) {
        if (buffered.length < PREFACE_LENGTH) return
        buffered = buffered.subarray(PREFACE_LENGTH)
        started = true
      }
      while (buffered.length >= HEAD_LENGTH) {
        const length = buffered.readUIntBE(0, 3)
        if (buffered.length < HEAD_LENGTH + length) return
        const [type, flags, stream] = [buffered[3], buffered[4] ?? 0, buffered.readUInt32BE(5)]
        const payload = buffered.subarray(HEAD_LENGTH, HEAD_LENGTH + length)
        buffered = buffered.subarray(HEAD_LENGTH + length)
        if (type === TYPES.settings && !(flags & ACK))
          send(TYPES.settings, ACK, 0, new Uint8Array())
        if (type === TYPES.ping && !(flags & ACK)) send(TYPES.ping, ACK, 0, payload)
        if (type === TYPES.rstStream)
          seen.resets.push({ stream, code: payload.readUInt32BE(0), atMs: performance.now() })
        if (type === TYPES.headers) {
          result.answer({
            index: seen.requests++,
            stream,
            head: (contentLength) =>
              send(TYPES.headers, END_HEADERS, stream, headOf(contentLength)),
            data: (text, last = false) =>
              send(TYPES.data, last ? END_STREAM : 0, stream, Buffer.from(text)),
            reset: (code) => send(TYPES.rstStream, 0, stream, numbers(code)),
            goaway: (lastStream, code) => send(TYPES.goaway, 0, 0, numbers(lastStream, code)),
            end: () => void socket.end(),
            destroy: () => void socket.destroy(),
          })
        }
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  result.url = `https://127.0.0.1:${(server.address() as { port: number }).port}/`
  return result
}

/** HPACK: 0x88 is the static table's `:status 200`; 0x0f 0x0d names `content-length` there. */
function headOf(contentLength?: number): Uint8Array {
  if (contentLength === undefined) return Uint8Array.of(0x88)
  const digits = Buffer.from(String(contentLength))
  return Uint8Array.of(0x88, 0x0f, 0x0d, digits.length, ...digits)
}

function frame(type: number, flags: number, stream: number, payload: Uint8Array): Buffer {
  const head = Buffer.alloc(HEAD_LENGTH)
  head.writeUIntBE(payload.length, 0, 3)
  head[3] = type
  head[4] = flags
  head.writeUInt32BE(stream, 5)
  return Buffer.concat([head, payload])
}

function numbers(...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4)
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value, index * 4)
  return bytes
}
