/** What `--server` says if the command, the address, the key or the gateway does not allow it. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { type Gateway, startGateway } from '../../support/gateway.ts'
import { environmentFor } from '../../support/processes/gateway-process.ts'
import { runInProcess } from './run-in-process.ts'

const KEY = 'sk-proxy-secret-in-a-variable'

let gateway: Gateway
beforeAll(async () => {
  gateway = await startGateway()
})
afterAll(() => gateway.stop())

function run(args: string[], server: string, key: string | null = gateway.adminKey) {
  const variable: Record<string, string> = key === null ? {} : { GPT_PROXY_ADMIN_KEY: key }
  return runInProcess({ ...environmentFor('/nowhere'), ...variable }, ['--server', server, ...args])
}

function answering(fetch: (request: Request) => Response) {
  return Bun.serve({ port: 0, hostname: '127.0.0.1', fetch })
}

test.each([
  'serve',
  'init',
  'backup file.sqlite',
  'restore file.sqlite',
  'migrate up',
  'migrate status',
  'migrate copy',
  'migrate import old.db',
])('%s needs this machine and says why', async (line) => {
  const { exitCode, stderr, stdout } = await run(line.split(' '), gateway.origin)
  expect(exitCode).toBe(2)
  expect(stdout).toBe('')
  expect(stderr).toMatch(
    /^error: (npx )?gpt-proxy \w+( \w+)? can't run with --server: it .+ Run it on/,
  )
})

test('the reason is in Chinese if the shell is', async () => {
  const environment = { ...environmentFor('/nowhere'), LANG: 'zh_CN.UTF-8' }
  const { stderr } = await runInProcess(environment, ['--server', gateway.origin, 'backup', 'x'])
  expect(stderr).toContain('不能与 --server 一起使用')
})

test('the option may follow the command', async () => {
  const environment = { ...environmentFor('/nowhere'), GPT_PROXY_ADMIN_KEY: gateway.adminKey }
  const args = ['user', 'list', '--server', `${gateway.origin}/`]
  const { exitCode, stdout } = await runInProcess(environment, args)
  expect(exitCode).toBe(0)
  expect(stdout).toContain('admin')
})

test.each(['gateway.example.com', 'ftp://gateway.example.com', 'http://key@host', 'http://h/?x=1'])(
  'the address %s is refused',
  async (address) => {
    const { exitCode, stderr } = await run(['user', 'list'], address)
    expect(exitCode).toBe(2)
    expect(stderr).toContain('invalid address for --server')
  },
)

test('without GPT_PROXY_ADMIN_KEY it says how to give the key', async () => {
  const { exitCode, stderr } = await run(['user', 'list'], gateway.origin, null)
  expect(exitCode).toBe(3)
  expect(stderr).toContain('GPT_PROXY_ADMIN_KEY is not set')
})

test('a wrong key is refused, and appears nowhere', async () => {
  const { exitCode, stderr } = await run(['user', 'list'], gateway.origin, KEY)
  expect(exitCode).toBe(3)
  expect(stderr).toContain(`${gateway.origin} refuses the key`)
  expect(stderr).toContain('Set GPT_PROXY_ADMIN_KEY to an active key of an admin')
  expect(stderr).not.toContain(KEY)
})

test.each(['viewer', 'user'])('the key of a %s is refused', async (role) => {
  await run(['user', 'create', `a-${role}`, '--role', role], gateway.origin)
  const { stdout: key } = await run(['key', 'create', `a-${role}`], gateway.origin)
  const { exitCode, stderr } = await run(['user', 'list'], gateway.origin, key.trim())
  expect(exitCode).toBe(3)
  expect(stderr).toContain('requires an admin key')
})

test('a gateway that does not answer is named, with the reason', async () => {
  const server = answering(() => new Response(''))
  const { url } = server
  await server.stop(true)
  for (const args of [
    ['user', 'list'],
    ['chat', 'demo/echo', 'hi'],
  ]) {
    const { exitCode, stderr } = await run(args, url.origin, KEY)
    expect(exitCode).toBe(1)
    expect(stderr).toContain(`the gateway at ${url.origin} can't be reached`)
  }
})

test.each([
  ['a page of something else', () => new Response('<html>', { status: 200 })],
  ['a page that is missing', () => new Response('no', { status: 404 })],
  ['the error of another API', () => Response.json({ detail: 'x' }, { status: 422 })],
])("%s isn't mistaken for a gateway", async (_, reply) => {
  using server = answering(reply)
  const { exitCode, stderr } = await run(['user', 'list'], server.url.origin, KEY)
  expect(exitCode).toBe(1)
  expect(stderr).toContain(`there is no admin API of GPT Proxy at ${server.url.origin}`)
})

test('a redirect is not followed, because it would carry the key elsewhere', async () => {
  const seen: string[] = []
  using elsewhere = answering((request) => {
    seen.push(request.url)
    return Response.json({ items: [], next_cursor: null, total: null })
  })
  using server = answering(() => Response.redirect(`${elsewhere.url}admin/v1/users`, 307))
  const { exitCode } = await run(['user', 'list'], server.url.origin, KEY)
  expect(exitCode).toBe(1)
  expect(seen).toEqual([])
})

test("an error about a missing operation names the older gateway's version", async () => {
  using server = answering(({ url }) =>
    url.endsWith('/openapi.json')
      ? Response.json({ info: { version: '0.9.0' }, paths: { '/users': {} } })
      : Response.json(
          { error: { message: 'there is no GET here', code: 'not_found', param: null } },
          { status: 404 },
        ),
  )
  const { exitCode, stderr } = await run(['model', 'list'], server.url.origin, KEY)
  expect(exitCode).toBe(1)
  expect(stderr).toContain("(version 0.9.0) does not have 'GET /model-definitions' yet")
  expect(stderr).toContain('Update the gateway')
})

test('an older gateway whose replies lack a field is not shown with gaps', async () => {
  const upstream = { id: 1, name: 'main', provider: 'openai', state: 'healthy' }
  using server = answering(() => Response.json({ items: [upstream], next_cursor: null }))
  const { exitCode, stderr } = await run(['upstream', 'list'], server.url.origin, KEY)
  expect(exitCode).toBe(1)
  expect(stderr).toContain("does not have 'status of upstreams' yet")
})

test('a whole key given as the name of a key is not sent in an address', async () => {
  const addresses: string[] = []
  using server = answering((request) => {
    addresses.push(request.url)
    return Response.json({ items: [], next_cursor: null, total: null })
  })
  const { exitCode, stderr } = await run(['key', 'revoke', KEY], server.url.origin, 'sk-proxy-x')
  expect(exitCode).toBe(4)
  expect(addresses.join()).not.toContain(KEY)
  expect(stderr).not.toContain(KEY)
})

test('plain http to another machine is warned of', async () => {
  const { stderr } = await run(['serve'], 'http://gateway.invalid')
  expect(stderr).not.toContain('unencrypted')
  const warned = await run(['user', 'list'], 'http://gateway.invalid', null)
  expect(warned.stderr).toContain('over http:// the admin key is sent unencrypted')
})
