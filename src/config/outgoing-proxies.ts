/** The outgoing proxies that the environment names, as curl and fetch read them: these variables are not ours alone. */
import { ConfigError } from './config-error.ts'
import type { Environment } from './environment.ts'

export interface OutgoingProxies {
  /** The URL of the proxy for upstreams over TLS. */
  https: string | null
  http: string | null
  /** Hosts and domains that are reached without one, in lower case. */
  exceptions: readonly string[]
}

export function outgoingProxiesOf(environment: Environment): OutgoingProxies {
  const [, exceptions = ''] = named(environment, 'NO_PROXY')
  return {
    https: proxyOf(environment, 'HTTPS_PROXY'),
    http: proxyOf(environment, 'HTTP_PROXY'),
    exceptions: exceptions
      .split(',')
      .map((entry) => entry.trim().toLowerCase())
      .filter(Boolean),
  }
}

/** The spelling in use, and what it says. */
function named(environment: Environment, name: string): [string, string | undefined] {
  const spelling = environment[name] ? name : name.toLowerCase()
  return [spelling, environment[spelling]]
}

function proxyOf(environment: Environment, name: string): string | null {
  const [spelling, text] = named(environment, name)
  if (!text) return null
  const url = URL.parse(text.includes('://') ? text : `http://${text}`)
  if (url !== null && /^https?:$/.test(url.protocol)) return url.href
  throw new ConfigError(
    spelling,
    `${spelling} is not usable`,
    'Expected: the address of an HTTP proxy, such as http://proxy.example.com:3128.',
  )
}
