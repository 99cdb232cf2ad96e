/** Which outgoing proxy fetch uses: it reads HTTPS_PROXY, HTTP_PROXY and NO_PROXY itself; this says the same. */
type Environment = Readonly<Record<string, string | undefined>>

export function outgoingProxy(environment: Environment): (origin: string) => string | null {
  const named = (name: string) => environment[name] || environment[name.toLowerCase()] || null
  const https = named('HTTPS_PROXY')
  const http = named('HTTP_PROXY')
  const exceptions = (named('NO_PROXY') ?? '')
    .split(',')
    .map((entry) => entry.trim().toLowerCase())
    .filter(Boolean)
  return (origin) => {
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
