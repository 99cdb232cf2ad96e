/** The certified `oidc-provider`, which checks what a provider must check, and a browser that signs in at it. */
import { once } from 'node:events'
import Provider from 'oidc-provider'

export interface CertifiedProvider {
  issuer: string
  clientId: string
  clientSecret: string
  /** What accounts have by their names, besides an address and a name. */
  claims: Map<string, object>
  /** Signs in and agrees, as a person in a browser; returns the address that the browser is sent back to. */
  visit(authorizationUrl: string, account: string): Promise<string>
  stop(): Promise<void>
}

const MAX_STEPS = 12

export async function startCertifiedProvider(redirectUri: string): Promise<CertifiedProvider> {
  const port = freePort()
  const issuer = `http://127.0.0.1:${port}`
  const client = { client_id: 'gateway', client_secret: 'secret-of-the-test-7Kq2Xv9' }
  const claims = new Map<string, object>()
  const accountOf = (id: string) => ({
    accountId: id,
    claims: async () => ({
      ...{ sub: id, preferred_username: id },
      ...{ email: `${id}@example.com`, email_verified: true },
      ...claims.get(id),
    }),
  })
  const provider = new Provider(issuer, {
    clients: [{ ...client, redirect_uris: [redirectUri] }],
    claims: {
      openid: ['sub'],
      email: ['email', 'email_verified'],
      profile: ['preferred_username', 'groups'],
    },
    cookies: { keys: ['of the test'] },
    ttl: { Interaction: 600, Session: 600, Grant: 600, AccessToken: 600, IdToken: 600 },
    findAccount: async (_: unknown, id: string) => accountOf(id),
  })
  const server = provider.listen(port, '127.0.0.1')
  if (!server.listening) await once(server, 'listening')

  return {
    issuer,
    clientId: client.client_id,
    clientSecret: client.client_secret,
    claims,
    visit: (url, account) => browse(url, { issuer, account }),
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** Follows redirects and fills in the forms until it leaves the provider. */
async function browse(
  from: string,
  { issuer, account }: { issuer: string; account: string },
): Promise<string> {
  const cookies = new Map<string, string>()
  const open = async (address: string, form?: Record<string, string>): Promise<Response> => {
    const cookie = [...cookies].map((pair) => pair.join('=')).join('; ')
    const reply = await fetch(address, {
      redirect: 'manual',
      headers: { cookie },
      ...(form !== undefined && { method: 'POST', body: new URLSearchParams(form) }),
    })
    for (const line of reply.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      cookies.set(name, value)
    }
    return reply
  }
  let url = from
  for (let step = 0; step < MAX_STEPS && url.startsWith(issuer); step++) {
    let reply = await open(url)
    if (reply.status === 200) reply = await open(...formIn(await reply.text(), { url, account }))
    const location = reply.headers.get('location')
    if (location === null) throw new Error(`${url}: ${reply.status} ${await reply.text()}`)
    url = new URL(location, url).href
  }
  return url
}

function formIn(
  page: string,
  { url, account }: { url: string; account: string },
): [string, Record<string, string>] {
  const prompt = /name="prompt" value="(\w+)"/.exec(page)?.[1]
  const action = /action="([^"]+)"/.exec(page)?.[1]
  if (prompt === undefined || action === undefined) throw new Error(`no form: ${page}`)
  const login = prompt === 'login' ? { login: account, password: 'any' } : {}
  return [new URL(action, url).href, { prompt, ...login }]
}

function freePort(): number {
  const listener = Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { data() {} } })
  const { port } = listener
  listener.stop(true)
  return port
}
