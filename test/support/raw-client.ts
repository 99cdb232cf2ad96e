/** A client on a raw socket: sends any bytes, reads as slowly as it likes, and leaves as rudely as it likes. */
import { connect, type Socket } from 'node:net'
import { type RawReply, readReplies } from './reply-reader.ts'
import { waitFor } from './waiting.ts'

export type { RawReply } from './reply-reader.ts'

export interface RawClient {
  write(bytes: string | Uint8Array): void
  /** Bytes written that the system has not taken yet. */
  unsent(): number
  /** Everything received so far. */
  received(): Buffer
  /** Whole replies received so far; `final` ones only, no 1xx. */
  replies(): RawReply[]
  /** Waits for a whole reply. */
  reply(index?: number, timeoutMs?: number): Promise<RawReply>
  /** Waits until the other side has closed or reset. */
  closed(timeoutMs?: number): Promise<void>
  isClosed(): boolean
  /** Stops taking bytes from the system. */
  pause(): void
  resume(): void
  /** Sends FIN. */
  end(): void
  /** Leaves with a reset. */
  reset(): void
}

export interface RawClientOptions {
  /** Takes nothing from the start. */
  paused?: boolean
}

export function connectRaw(port: number, options: RawClientOptions = {}): Promise<RawClient> {
  const { promise, resolve, reject } = Promise.withResolvers<RawClient>()
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  socket.once('connect', () => resolve(clientOf(socket)))
  socket.once('error', reject)
  if (options.paused) socket.pause()
  return promise
}

/** One connection that is sent these bytes. */
export async function sendRaw(port: number, bytes: string | Uint8Array): Promise<RawClient> {
  const client = await connectRaw(port)
  client.write(bytes)
  return client
}

function clientOf(socket: Socket): RawClient {
  const parts: Buffer[] = []
  let closed = false
  socket.on('data', (bytes: Buffer) => parts.push(bytes))
  const markClosed = () => {
    closed = true
  }
  socket.on('end', markClosed)
  socket.on('close', markClosed)
  socket.on('error', markClosed)

  const received = () => Buffer.concat(parts)
  const replies = () => readReplies(received(), closed)
  return {
    write: (bytes) => void socket.write(bytes),
    unsent: () => socket.writableLength,
    received,
    replies,
    reply: (index = 0, timeoutMs = 5_000) =>
      waitFor(`reply ${index} on a raw socket`, () => replies()[index], timeoutMs),
    async closed(timeoutMs = 5_000) {
      await waitFor('the other side to close', () => closed, timeoutMs)
    },
    isClosed: () => closed,
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
    end: () => void socket.end(),
    reset: () => void socket.resetAndDestroy(),
  }
}

/** A whole request as text; `body` gets its content-length. */
export function postText(key: string, body: string, headers: Record<string, string> = {}): string {
  const all = {
    host: '127.0.0.1',
    authorization: `Bearer ${key}`,
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    ...headers,
  }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  return `POST /v1/chat/completions HTTP/1.1\r\n${lines.join('')}\r\n${body}`
}
