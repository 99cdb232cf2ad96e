/** Reads many streams at once over bare sockets, and counts what came: chunks, reads, the first token, the end. */

export interface StreamTarget {
  hostname: string
  port: number
  headers: Readonly<Record<string, string>>
  body: string
  /** Chat Completions if it is missing. */
  path?: string
  /** Global: matches once in each event with content. */
  content?: RegExp
  /** What a whole stream has in its last event. */
  end?: string
}

export interface StreamResult {
  status: number
  /** Events with content. */
  chunks: number
  /** Reads from the socket that brought at least one event with content. */
  reads: number
  /** From sending the request to its first event. */
  firstMs: number
  /** Between one read with content and the next. */
  gapsMs: number[]
  /** The format's end and the last chunk of the transfer coding came. */
  complete: boolean
  /** Where not complete: how it ended. */
  trouble: string | null
}

export interface OpenStream {
  first: Promise<void>
  end: Promise<StreamResult>
}

const CONTENT = /"content":/g

export function openStream(target: StreamTarget, limitMs = 60_000): OpenStream {
  const first = Promise.withResolvers<void>()
  const end = Promise.withResolvers<StreamResult>()
  // Only one of the two may be looked at.
  first.promise.catch(() => {})
  const result: StreamResult = {
    status: 0,
    chunks: 0,
    reads: 0,
    firstMs: 0,
    gapsMs: [],
    complete: false,
    trouble: null,
  }
  const startedMs = performance.now()
  const { content = CONTENT, end: endMark = 'data: [DONE]\n\n' } = target
  let tail = ''
  let ended = false
  let latestMs = startedMs
  let settled = false

  const settle = (socket: { end(): void } | null, trouble: string | null) => {
    if (settled) return
    settled = true
    clearTimeout(timer)
    result.complete = trouble === null
    result.trouble = trouble
    if (result.chunks === 0) first.reject(new Error(trouble ?? 'a stream without content'))
    end.resolve(result)
    socket?.end()
  }
  const timer = setTimeout(() => settle(null, `not ended after ${limitMs} ms`), limitMs)

  Bun.connect({
    hostname: target.hostname,
    port: target.port,
    socket: {
      open(socket) {
        socket.setNoDelay(true)
        socket.write(requestOf(target))
      },
      data(socket, bytes) {
        const text = bytes.toString('latin1')
        if (result.status === 0) result.status = Number(text.slice(9, 12))
        if (result.status !== 200) return settle(socket, text.slice(0, 300))
        const found = text.match(content)?.length ?? 0
        if (found > 0) {
          const nowMs = performance.now()
          if (result.chunks === 0) {
            result.firstMs = nowMs - startedMs
            first.resolve()
          } else result.gapsMs.push(nowMs - latestMs)
          latestMs = nowMs
          result.chunks += found
          result.reads++
        }
        const recent = tail + text
        ended ||= recent.includes(endMark)
        tail = recent.slice(-64)
        if (tail.endsWith('\r\n0\r\n\r\n'))
          settle(socket, ended ? null : `ended without ${endMark}: ${tail}`)
      },
      close: () => settle(null, `closed after ${result.chunks} chunks`),
      error: (socket, error) => settle(socket, error.message),
      connectError: (_, error) => settle(null, error.message),
    },
  }).catch((error: Error) => settle(null, error.message))
  return { first: first.promise, end: end.promise }
}

function requestOf({ hostname, port, headers, body, ...more }: StreamTarget): string {
  const { path = '/v1/chat/completions' } = more
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  return `POST ${path} HTTP/1.1\r\nhost: ${hostname}:${port}\r\n${lines.join('')}content-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`
}
