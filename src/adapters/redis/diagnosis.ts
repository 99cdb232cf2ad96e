/** Explains why Redis can't be reached, for the one warning: Bun's client only reports that it is closed. */

/** Names the step that failed. Never contains a password. */
export async function whyNoConnection(url: string, patienceMs: number): Promise<string> {
  const { hostname, port, protocol, username, password } = new URL(url)
  const at = { hostname: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 6379) }
  const place = `${hostname}:${at.port}`
  const { promise, resolve } = Promise.withResolvers<string>()
  const question = ['AUTH', decodeURIComponent(username), decodeURIComponent(password)]
  const asked = password === '' ? ['PING'] : question.filter((word) => word !== '')
  const timer = setTimeout(() => resolve(`${place} does not answer`), patienceMs)
  const connecting = Bun.connect({
    ...at,
    tls: protocol === 'rediss:',
    socket: {
      open: (socket) => void socket.write(command(asked)),
      data: (_, bytes) => resolve(inWords(place, bytes.toString())),
      close: () => resolve(`${place} closed the connection`),
      error: (_, error) => resolve(`${place}: ${codeOf(error)}`),
    },
  })
  connecting.catch((error) => resolve(unreachable(place, codeOf(error))))
  const why = await promise
  clearTimeout(timer)
  connecting.then((socket) => socket.end()).catch(() => {})
  return why
}

function inWords(place: string, answer: string): string {
  const code = /^-([A-Z]+)/.exec(answer)?.[1]
  if (code === 'NOAUTH')
    return `${place} wants a password: set REDIS_PASSWORD, or put it in REDIS_URL`
  if (code === 'WRONGPASS') return `${place} refuses the user or password (WRONGPASS)`
  return code === undefined ? `${place} closed the connection` : `${place} answers ${code}`
}

function unreachable(place: string, code: string): string {
  if (code === 'ECONNREFUSED') return `nothing listens at ${place} (ECONNREFUSED)`
  if (/NOTFOUND|EAI_|DNS/.test(code)) return `the host name of ${place} can't be resolved (${code})`
  return `${place} can't be reached (${code})`
}

function codeOf(error: unknown): string {
  return (error as { code?: string }).code ?? 'unknown'
}

/** Encodes a command in the Redis protocol: each word preceded by its length. */
function command(words: readonly string[]): string {
  const parts = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`)
  return `*${words.length}\r\n${parts.join('')}`
}
