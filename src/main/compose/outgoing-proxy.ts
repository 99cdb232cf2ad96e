/** Which outgoing proxy fetch uses: fetch reads HTTPS_PROXY, HTTP_PROXY and NO_PROXY itself; this mirrors its rules. */
import type { OutgoingProxies } from '../../config/outgoing-proxies.ts'

export function outgoingProxy({ https, http, exceptions }: OutgoingProxies) {
  return (origin: string): string | null => {
    const { protocol, hostname, host } = new URL(origin)
    const proxy = protocol === 'https:' ? https : http
    const excepted = exceptions.some(
      (entry) =>
        entry === '*' ||
        host === entry ||
        hostname === entry ||
        hostname.endsWith(`.${entry.replace(/^\./, '')}`),
    )
    return excepted ? null : proxy
  }
}
