/**
 * Why Redis can't be reached, for the one warning. Bun's client says "closed" of a closed port, an
 * unknown host and a wrong password alike, so what is below it is looked at first.
 */
import { withTimeout } from '../../core/time/with-timeout.ts'

/** Names the step that failed. No password is in it. Resolves within about twice `patienceMs`. */
export async function whyNoConnection(url: string, patienceMs: number): Promise<string> {
  const { hostname, port, password } = new URL(url)
  const at = { hostname: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 6379) }
  const place = `${hostname}:${at.port}`
  const fault = await connectionFault(at, patienceMs)
  if (fault === 'late') return `${place} does not answer`
  if (fault !== null) return unreachable(place, fault)
  return whatItSays(url, place, { patienceMs, hasPassword: password !== '' })
}

/** The code of the error, or null where something takes connections there. */
async function connectionFault(
  at: { hostname: string; port: number },
  patienceMs: number,
): Promise<string | null> {
  const connecting = Bun.connect({ ...at, socket: { data() {}, error() {} } }).then(
    (socket) => {
      socket.end()
      return null
    },
    (error) => codeOf(error),
  )
  return withTimeout(connecting, patienceMs, 'late').catch(() => 'late')
}

/** Something listens: either it is silent, or it does not let us in. */
async function whatItSays(
  url: string,
  place: string,
  { patienceMs, hasPassword }: { patienceMs: number; hasPassword: boolean },
): Promise<string> {
  const client = new Bun.RedisClient(url, { autoReconnect: false, enableOfflineQueue: false })
  const connecting = client.connect().catch(() => 'refused')
  const answer = await withTimeout(connecting, patienceMs, 'late').catch(() => 'late')
  client.close()
  if (answer === 'late') return `${place} does not answer`
  if (answer !== 'refused') return `${place} closed the connection`
  const tls = url.startsWith('rediss:') ? ', or TLS to it fails' : ''
  return hasPassword
    ? `${place} refuses the user or password, or is not Redis${tls}`
    : `${place} closed the connection: if it wants a password, set REDIS_PASSWORD, or put it in REDIS_URL${tls}`
}

function unreachable(place: string, code: string): string {
  if (code === 'ECONNREFUSED') return `nothing listens at ${place} (ECONNREFUSED)`
  if (/NOTFOUND|EAI_|DNS/.test(code)) return `the host name of ${place} can't be resolved (${code})`
  return `${place} can't be reached (${code})`
}

function codeOf(error: unknown): string {
  return (error as { code?: string }).code ?? 'unknown'
}
