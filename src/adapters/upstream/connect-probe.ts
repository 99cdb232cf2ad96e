/** Opens and closes a connection to check whether an origin is reachable and offers HTTP/2. */
import type { TransportFault } from '../../upstreams/transport.ts'

export type Reached =
  | { ok: true; alpn: string | null }
  | { ok: false; fault: TransportFault; detail: string }

export type ConnectProbe = (origin: string, timeoutMs: number) => Promise<Reached>

/** Sends no request, so no key either. Never throws. */
export const probeConnection: ConnectProbe = async (origin, timeoutMs) => {
  // Loaded by the first probe: the server starts without the runtime's own sockets.
  const { connect: connectTcp, isIP } = await import('node:net')
  const { connect: connectTls } = await import('node:tls')
  const url = new URL(origin)
  const secure = url.protocol === 'https:'
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const port = url.port === '' ? (secure ? 443 : 80) : Number(url.port)
  return new Promise((resolve) => {
    let tcpStands = false
    const finish = (reached: Reached) => {
      clearTimeout(timer)
      socket.destroy()
      resolve(reached)
    }
    const socket = secure
      ? connectTls({
          host,
          port,
          // An IP address is not a valid server name (RFC 6066, 3).
          ...(isIP(host) === 0 ? { servername: host } : {}),
          ALPNProtocols: ['h2', 'http/1.1'],
        })
      : connectTcp({ host, port })
    const timer = setTimeout(() => {
      const detail = tcpStands ? 'no TLS handshake in time' : 'no connection in time'
      finish({ ok: false, fault: 'connect_timeout', detail })
    }, timeoutMs)
    socket.once('connect', () => {
      tcpStands = true
      if (!secure) finish({ ok: true, alpn: null })
    })
    socket.once('secureConnect', () => {
      const { alpnProtocol } = socket as { alpnProtocol?: string | false | null }
      finish({ ok: true, alpn: alpnProtocol || null })
    })
    socket.once('error', (error: Error & { code?: string }) => {
      finish({
        ok: false,
        fault: tcpStands ? 'tls' : 'refused',
        detail: error.code ?? error.message,
      })
    })
    socket.once('close', () => {
      finish({
        ok: false,
        fault: tcpStands ? 'tls' : 'refused',
        detail: 'the connection was closed',
      })
    })
  })
}
