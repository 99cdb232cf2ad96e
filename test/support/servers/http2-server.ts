/** An upstream that speaks nothing but HTTP/2 and answers as a test says. */
import { createSecureServer, type Http2Session, type ServerHttp2Stream } from 'node:http2'
import type { AddressInfo } from 'node:net'

export type Answer = (stream: ServerHttp2Stream, body: { stream?: boolean }) => void

export interface Http2Server {
  port: number
  answerBy(answer: Answer): void
  /** Streams that were ever opened, the latest last. */
  streams: ServerHttp2Stream[]
  close(): void
}

export async function startHttp2Server(
  certificate: { key: string; cert: string },
  first: Answer,
): Promise<Http2Server> {
  let answer = first
  const streams: ServerHttp2Stream[] = []
  const sessions = new Set<Http2Session>()
  const server = createSecureServer({ ...certificate, allowHTTP1: false })
  server.on('session', (session) => {
    sessions.add(session)
    session.on('error', () => {})
  })
  server.on('stream', (stream: ServerHttp2Stream) => {
    streams.push(stream)
    let text = ''
    stream.on('error', () => {})
    stream.on('data', (bytes: Buffer) => {
      text += bytes
    })
    stream.on('end', () => answer(stream, JSON.parse(text || '{}') as { stream?: boolean }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    answerBy(next) {
      answer = next
    },
    streams,
    close() {
      for (const session of sessions) session.destroy()
      server.close()
    },
  }
}
