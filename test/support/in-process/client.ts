/** A client without a socket: it keeps what it is sent. */
import type { Client, ClientReplyHead, ClientStream, Reply } from '../../../src/pipeline/client.ts'

export interface Received {
  status: number
  headers: Record<string, string>
  text: string
  /** Each write of a stream. */
  writes: string[]
  /** A stream that was broken off, so that it is not treated as complete. */
  aborted: boolean
  /** `performance.now()` at the head. */
  headMs: number
}

const decoder = new TextDecoder()

export class TestClient implements Client {
  readonly headers: { get(name: string): string | null }
  readonly received: Received = {
    status: 0,
    headers: {},
    text: '',
    writes: [],
    aborted: false,
    headMs: 0,
  }
  /** Called at each write of a stream. */
  onWrite: (text: string) => void = () => {}

  constructor(headers: Record<string, string>) {
    this.headers = { get: (name) => headers[name] ?? null }
  }

  peer(): string {
    return '127.0.0.1'
  }

  revoke(): void {
    this.abort()
  }

  abort(): void {
    this.received.aborted = true
  }

  respond({ status, headers, body }: Reply): void {
    const text = typeof body === 'string' ? body : decoder.decode(body)
    Object.assign(this.received, { status, headers, text, headMs: performance.now() })
  }

  stream({ status, headers }: ClientReplyHead): ClientStream {
    const { received } = this
    const head = () => {
      if (received.status === 0)
        Object.assign(received, { status, headers, headMs: performance.now() })
    }
    const take = (bytes: Uint8Array) => {
      head()
      const text = decoder.decode(bytes)
      received.text += text
      received.writes.push(text)
      this.onWrite(text)
    }
    return {
      write: take,
      flush: head,
      end: (last) => (last === null ? head() : take(last)),
      abort: () => this.abort(),
    }
  }
}
