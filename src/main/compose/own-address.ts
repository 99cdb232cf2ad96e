/** The address at which this machine reaches a gateway that listens on `host`. */

/** A wildcard address can be listened on, but not connected to. */
const EVERYWHERE: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '[::1]' }

export function ownAddress(host: string, port: number): string {
  return `http://${EVERYWHERE[host] ?? (host.includes(':') ? `[${host}]` : host)}:${port}`
}
