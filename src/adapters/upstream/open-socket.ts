/** Opens a connection to an upstream with TLS verification and a time limit, and reports why it failed. */
import { closeSync, openSync } from 'node:fs'
import { devNull } from 'node:os'
import { parseAddress } from '../../limits/ip-address.ts'
import { TransportError } from '../../upstreams/transport.ts'
import type { UpstreamAddress } from './address.ts'
import type { Wire } from './http1-connection.ts'

export interface OpenSocketOptions {
  limitMs: number
  /** Offer HTTP/2 in the TLS handshake. */
  offerHttp2: boolean
}

/** Receives a socket's events. */
export interface SocketReader {
  received(bytes: Buffer): void
  drained(): void
  /** `error` is null if the peer closed it cleanly. */
  closed(error: string | null): void
}

export type OpenedSocket<Reader> =
  | { protocol: 'http1.1'; connection: Reader }
  | { protocol: 'http2' }

/** Bun's types lack these two. */
interface Pausable {
  pause(): void
  resume(): void
}
type Socket = Bun.Socket<State>

interface State {
  /** Null until TCP is connected. */
  socket: Socket | null
  connection: SocketReader | null
  ready(socket: Socket): void
  fail(error: TransportError): void
  /** No request is waiting for it any more. */
  over: boolean
}

/** Protocol names, each preceded by its length (RFC 7301, 3.1). */
const ALPN = { both: alpn('h2', 'http/1.1'), http1: alpn('http/1.1') }

function alpn(...names: string[]): ArrayBuffer {
  const bytes = names.flatMap((name) => [name.length, ...Buffer.from(name)])
  return new Uint8Array(bytes).buffer
}

const HANDLERS: Bun.SocketHandler<State> = {
  open(socket) {
    const { data } = socket
    data.socket = socket
    if (data.over) socket.terminate()
  },
  handshake(socket, success, error) {
    const { data } = socket
    if (data.over) return
    if (success && socket.authorized) return data.ready(socket)
    const { code } = (error ?? {}) as { code?: string }
    data.fail(new TransportError('tls', `TLS failed: ${meaning(code)}`, false))
  },
  data: ({ data }, bytes) => data.connection?.received(bytes),
  drain: ({ data }) => data.connection?.drained(),
  close({ data }, error) {
    if (data.connection !== null) {
      return data.connection.closed(error === undefined || error === null ? null : String(error))
    }
    data.fail(new TransportError('tls', 'TLS failed: the connection was closed', false))
  },
  // A bug's exception in one of these handlers. `close` follows, so that no request waits forever for a reply.
  error: (socket) => socket.terminate(),
}

export function openConnection<Reader extends SocketReader>(
  address: UpstreamAddress,
  { limitMs, offerHttp2 }: OpenSocketOptions,
  create: (wire: Wire) => Reader,
): Promise<OpenedSocket<Reader>> {
  const { promise, resolve, reject } = Promise.withResolvers<OpenedSocket<Reader>>()
  const finish = (state: State) => {
    state.over = true
    clearTimeout(timer)
  }
  const state: State = {
    socket: null,
    connection: null,
    over: false,
    ready(socket) {
      finish(state)
      if (socket.alpnProtocol === 'h2') {
        socket.end()
        return resolve({ protocol: 'http2' })
      }
      // Pending replies have their own timers; a connection alone must not keep the process alive.
      socket.unref()
      const connection = create(wireOf(socket))
      state.connection = connection
      resolve({ protocol: 'http1.1', connection })
    },
    fail(error) {
      if (state.over) return
      finish(state)
      reject(error)
      // A stalled handshake would otherwise hold its socket for minutes.
      state.socket?.terminate()
    },
  }
  const timer = setTimeout(() => {
    const missing = state.socket !== null ? 'no TLS handshake' : 'no connection'
    const detail = `${missing} in time (limit ${limitMs} ms)`
    state.fail(new TransportError('connect_timeout', detail, false))
  }, limitMs)

  const { hostname, port, secure } = address
  const tls = {
    // An IP address is not a valid server name (RFC 6066, 3).
    ...(parseAddress(hostname) === null ? { serverName: hostname } : {}),
    ALPNProtocols: offerHttp2 ? ALPN.both : ALPN.http1,
  }
  Bun.connect<State>({
    hostname,
    port,
    data: state,
    socket: HANDLERS,
    ...(secure ? { tls } : {}),
  }).then(
    (socket) => {
      if (state.over) socket.terminate()
      else if (!secure) state.ready(socket)
    },
    (error: { code?: string }) => state.fail(connectError(error.code)),
  )
  return promise
}

function wireOf(socket: Socket): Wire {
  const pausable = socket as unknown as Pausable
  return {
    write: (bytes, length) => socket.write(bytes, 0, length),
    hold: (back) => (back ? pausable.pause() : pausable.resume()),
    destroy: () => socket.terminate(),
  }
}

function connectError(code = 'unknown'): TransportError {
  if (code === 'EMFILE' || code === 'ENFILE' || !hasFileLeft())
    return new TransportError('no_file_left', 'no file is left for a connection', false)
  if (code === 'ECONNREFUSED') return new TransportError('refused', 'connection refused', false)
  if (code === 'ENOTFOUND')
    return new TransportError('dns', 'its name could not be resolved', false)
  if (/^EAI_|DNS/.test(code))
    return new TransportError('dns', 'its name could not be resolved for now', false)
  return new TransportError('refused', `no connection: ${code}`, false)
}

/** Bun reports ECONNREFUSED when this process is out of file descriptors. */
function hasFileLeft(): boolean {
  try {
    closeSync(openSync(devNull, 'r'))
    return true
  } catch (error) {
    return !/^E[MN]FILE$/.test((error as { code?: string }).code ?? '')
  }
}

function meaning(code = 'unknown'): string {
  if (code === 'EPROTO') return 'it answers, but not in TLS'
  return code === 'ECONNRESET' ? 'the connection was closed' : code
}
