/** An upstream connection that leaves HTTP: a WebSocket handshake, then bytes both ways. */
import { HeaderLines, MalformedMessage } from '../../http1/head-lines.ts'
import { acceptOf } from '../../http1/websocket-handshake.ts'
import {
  TransportError,
  type Tunnel,
  type TunnelOpening,
  type UpstreamReply,
  type WireRequest,
} from '../../upstreams/transport.ts'
import { splitUrl } from './address.ts'
import { headOf, type Wire } from './http1-connection.ts'
import { openConnection, type SocketReader } from './open-socket.ts'

const MAX_HEAD_BYTES = 64 * 1024
const STATUS_LINE = /^HTTP\/1\.1 ([1-5]\d\d)(?: [^\r\n]*)?(?:\r\n|$)/
const END = '\r\n\r\n'

/** `request` does not include the handshake headers. Rejects with TransportError. */
export async function openTunnel(
  request: WireRequest,
  protocols: readonly string[],
  limitMs: number,
): Promise<TunnelOpening> {
  const { address, path } = splitUrl(request.url)
  const opened = await openConnection(
    address,
    { limitMs, offerHttp2: false },
    (wire) => new UpstreamTunnel(wire),
  )
  if (opened.protocol === 'http2')
    throw new TransportError('other', 'it chose HTTP/2 without being asked', false)
  return opened.connection.handshake(headOf(request, address, path), protocols, limitMs)
}

/** A class rather than closures: one object per session. */
class UpstreamTunnel implements SocketReader, Tunnel {
  onBytes: (bytes: Uint8Array) => void = () => {}
  onDrained: () => void = () => {}
  onClosed: () => void = () => {}
  private readonly wire: Wire
  private readonly opening = Promise.withResolvers<TunnelOpening>()
  private key = ''
  /** The partial response head; null after the handshake. */
  private head: Buffer | null = Buffer.alloc(0)
  private early: Uint8Array | null = null
  private unsent: Uint8Array | null = null
  private ending = false
  private open = true

  constructor(wire: Wire) {
    this.wire = wire
  }

  handshake(head: string, protocols: readonly string[], limitMs: number): Promise<TunnelOpening> {
    this.key = Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString('base64')
    const offered =
      protocols.length === 0 ? '' : `sec-websocket-protocol: ${protocols.join(', ')}\r\n`
    const upgrade = 'connection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n'
    this.write(Buffer.from(`${head}${upgrade}${offered}sec-websocket-key: ${this.key}\r\n\r\n`))
    const timer = setTimeout(() => {
      this.fail(
        new TransportError(
          'connect_timeout',
          `no answer to the handshake (limit ${limitMs} ms)`,
          false,
        ),
      )
    }, limitMs)
    return this.opening.promise.finally(() => clearTimeout(timer))
  }

  write(bytes: Uint8Array): boolean {
    if (!this.open) return true
    const written = this.unsent === null ? Math.max(0, this.wire.write(bytes, bytes.length)) : 0
    if (written < bytes.length) {
      // A copy, because the bytes may be in the buffer all connections share.
      const rest = new Uint8Array(bytes.subarray(written))
      this.unsent = this.unsent === null ? rest : Buffer.concat([this.unsent, rest])
    }
    return this.unsent === null
  }

  hold(back: boolean): void {
    if (this.open) this.wire.hold(back)
  }

  /** Bytes that arrive before this call are buffered. */
  start(): void {
    const { early } = this
    this.early = null
    if (early !== null) this.onBytes(early)
  }

  end(): void {
    this.ending = true
    if (this.unsent === null) this.destroy()
  }

  destroy(): void {
    if (!this.open) return
    this.open = false
    this.wire.destroy()
  }

  // Called by the socket.

  received(bytes: Buffer): void {
    if (this.head === null) {
      this.onBytes(bytes)
      return
    }
    this.head = Buffer.concat([this.head, bytes])
    const end = this.head.indexOf(END)
    if (end < 0 && this.head.length > MAX_HEAD_BYTES)
      this.fail(malformed('its headers are too long'))
    if (end < 0) return
    const text = this.head.toString('latin1', 0, end)
    const rest = this.head.subarray(end + END.length)
    this.head = null
    this.answer(text, rest)
  }

  drained(): void {
    const { unsent } = this
    if (unsent === null) return
    this.unsent = null
    if (!this.write(unsent)) return
    if (this.ending) this.destroy()
    else this.onDrained()
  }

  closed(error: string | null): void {
    this.open = false
    const how = error === null ? 'closed' : 'reset'
    this.opening.reject(
      new TransportError('other', `the connection was ${how} before a reply`, false),
    )
    this.onClosed()
  }

  private answer(text: string, rest: Buffer): void {
    try {
      const opening = this.openingIn(text, rest)
      this.opening.resolve(opening)
      if (opening.kind === 'refused') this.destroy()
    } catch (error) {
      if (!(error instanceof MalformedMessage)) throw error
      this.fail(malformed(error.message))
    }
  }

  private openingIn(text: string, rest: Buffer): TunnelOpening {
    const [line = '', code] = STATUS_LINE.exec(text) ?? []
    if (code === undefined) throw new MalformedMessage('it does not answer in HTTP/1.1')
    const headers = new HeaderLines(text, line.length, 'reply')
    if (code !== '101') return { kind: 'refused', reply: replyOf(Number(code), headers, rest) }
    if (headers.get('sec-websocket-accept') !== acceptOf(this.key))
      throw new MalformedMessage('it did not accept the WebSocket')
    this.early = rest.length > 0 ? rest : null
    return { kind: 'open', tunnel: this, protocol: headers.get('sec-websocket-protocol') }
  }

  private fail(error: TransportError): void {
    this.opening.reject(error)
    this.destroy()
  }
}

function malformed(reason: string): TransportError {
  return new TransportError('other', `its reply is malformed: ${reason}`, false)
}

/** Includes only the part of the body that arrived with the head: an error is a few lines. */
function replyOf(status: number, headers: HeaderLines, rest: Buffer): UpstreamReply {
  let body: Uint8Array | null = rest.length > 0 ? rest : null
  return {
    status,
    header: (name) => headers.get(name),
    next() {
      const bytes = body
      body = null
      return bytes
    },
  }
}
