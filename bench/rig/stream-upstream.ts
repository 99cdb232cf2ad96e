/**
 * A bare upstream for streams: every request gets 100 paced SSE chunks, or as many as asked for, one in each write.
 * As a process of its own it prints its port; `startStreamUpstream` runs it in the caller's process.
 */
import { parseArgs } from 'node:util'

export interface StreamPlan {
  chunks: number
  everyMs: number
  /** Chunks in each write, but the first is always sent alone; 1 if it is missing. */
  atOnce?: number
  /** If set, each stream stops after its first chunk until `release()`. */
  hold?: boolean
  /** Any free one if it is missing. */
  port?: number
}

export interface StreamUpstream {
  port: number
  /** Streams that have got a first chunk and no end yet. */
  open(): number
  release(): void
  stop(): void
}

const HEAD =
  'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n'
const END = `${wire('data: [DONE]\n\n')}0\r\n\r\n`
const FINISH = wire(event({}, 'stop'))
const USAGE = wire(
  'data: {"id":"chatcmpl-bench","object":"chat.completion.chunk","created":1700000000,"model":"gpt-4o-2024-08-06","choices":[],"usage":{"prompt_tokens":9,"completion_tokens":100,"total_tokens":109}}\n\n',
)

interface Connection {
  received: string
  open: boolean
}

export function startStreamUpstream(
  { chunks, everyMs, atOnce = 1, hold = false, port = 0 }: StreamPlan,
  hostname = '127.0.0.1',
): StreamUpstream {
  const released = Promise.withResolvers<void>()
  const pieces = Array.from({ length: chunks }, (_, index) =>
    wire(event({ content: `word${index} ` }, null)),
  )
  let open = 0

  const finish = (socket: Bun.Socket<Connection>) => {
    if (!socket.data.open) return
    socket.data.open = false
    open--
    socket.write(FINISH + USAGE + END)
  }

  const stream = async (socket: Bun.Socket<Connection>) => {
    socket.data.open = true
    open++
    socket.write(HEAD + pieces[0])
    if (hold) await released.promise
    let next = 1
    const timer = setInterval(() => {
      const piece = pieces.slice(next, next + atOnce).join('')
      next += atOnce
      if (socket.data.open && piece !== '') return void socket.write(piece)
      clearInterval(timer)
      finish(socket)
    }, everyMs)
  }

  const server = Bun.listen<Connection>({
    hostname,
    port,
    socket: {
      open(socket) {
        socket.data = { received: '', open: false }
        socket.setNoDelay(true)
      },
      data(socket, bytes) {
        const connection = socket.data
        connection.received += bytes.toString('latin1')
        const body = connection.received.indexOf('\r\n\r\n') + 4
        const length = Number(/^content-length: *(\d+)/im.exec(connection.received)?.[1] ?? 0)
        if (body < 4 || connection.received.length < body + length) return
        connection.received = ''
        void stream(socket)
      },
      close(socket) {
        if (socket.data.open) open--
        socket.data.open = false
      },
    },
  })
  return {
    port: server.port,
    open: () => open,
    release: released.resolve,
    stop: () => server.stop(true),
  }
}

function event(delta: object, finishReason: string | null): string {
  const choices = [{ index: 0, delta, logprobs: null, finish_reason: finishReason }]
  const chunk = {
    id: 'chatcmpl-bench',
    object: 'chat.completion.chunk',
    created: 1_700_000_000,
    model: 'gpt-4o-2024-08-06',
    choices,
  }
  return `data: ${JSON.stringify(chunk)}\n\n`
}

function wire(text: string): string {
  return `${text.length.toString(16)}\r\n${text}\r\n`
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      chunks: { type: 'string' },
      every: { type: 'string' },
      'at-once': { type: 'string' },
      port: { type: 'string' },
    },
  })
  const upstream = startStreamUpstream({
    chunks: Number(values.chunks ?? 100),
    everyMs: Number(values.every ?? 20),
    atOnce: Number(values['at-once'] ?? 1),
    port: Number(values.port ?? 0),
  })
  console.log(upstream.port)
}
