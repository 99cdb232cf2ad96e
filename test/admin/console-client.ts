/** A browser's part in the tests of the admin API: it keeps cookies, and says where its requests come from. */
import type { Gateway } from '../support/gateway.ts'

export interface ConsoleClient {
  call(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Response>
  /** The cookies it holds, by name. */
  cookies: Map<string, string>
}

export function consoleClient({ origin }: Pick<Gateway, 'origin'>): ConsoleClient {
  const cookies = new Map<string, string>()
  return {
    cookies,
    async call(method, path, body, headers = {}) {
      const response = await fetch(`${origin}/admin/v1${path}`, {
        method,
        redirect: 'manual',
        headers: {
          origin,
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...(cookies.size > 0 && { cookie: cookieHeader(cookies) }),
          ...headers,
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      })
      for (const line of response.headers.getSetCookie()) keep(cookies, line)
      return response
    },
  }
}

/** The admin's first sign-in, by the link of the first start. */
export async function signedInAdmin(
  gateway: Gateway,
  password = 'correct horse battery',
): Promise<ConsoleClient> {
  const client = consoleClient(gateway)
  const token = await setupToken(gateway)
  const response = await client.call('POST', '/session/setup', { token, password })
  if (response.status !== 200) throw new Error(await response.text())
  return client
}

/** A user of that role, signed in by a link that the admin makes. */
export async function signedInAs(
  gateway: Gateway,
  admin: ConsoleClient,
  user: { username: string; role: 'admin' | 'viewer' | 'user' },
): Promise<ConsoleClient & { id: number }> {
  const created = await admin.call('POST', '/users', user)
  const { id } = (await created.json()) as { id: number }
  const link = await admin.call('POST', `/users/${id}/setup-link`)
  const { url } = (await link.json()) as { url: string }
  const client = consoleClient(gateway)
  const token = tokenIn(url)
  await client.call('POST', '/session/setup', { token, password: 'correct horse battery' })
  return { ...client, id }
}

export async function setupToken({ dataDir }: Gateway): Promise<string> {
  const text = await Bun.file(`${dataDir}/first-start.env`).text()
  return tokenIn(/^CONSOLE_LINK=(.+)$/m.exec(text)?.[1] ?? '')
}

export function tokenIn(link: string): string {
  return /#setup=([\w-]+)/.exec(link)?.[1] ?? ''
}

function cookieHeader(cookies: Map<string, string>): string {
  return [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
}

function keep(cookies: Map<string, string>, line: string): void {
  const [pair = ''] = line.split(';')
  const at = pair.indexOf('=')
  const name = pair.slice(0, at)
  if (/max-age=0/i.test(line)) cookies.delete(name)
  else cookies.set(name, pair.slice(at + 1))
}
