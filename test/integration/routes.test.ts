/** Every route behaves as the table of routes says, and there are no others. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { ROUTES } from '../../src/http/app.ts'
import { type Gateway, startGateway } from '../support/gateway.ts'
import { sendRaw } from '../support/raw-client.ts'

let gateway: Gateway
beforeAll(async () => {
  gateway = await startGateway()
})
afterAll(async () => {
  await gateway.stop()
})

const call = (method: string, path: string, key?: string) =>
  fetch(`${gateway.origin}${path}`, {
    method,
    ...(key === undefined ? {} : { headers: { authorization: `Bearer ${key}` } }),
    ...(method === 'POST' ? { body: '{}' } : {}),
  })

describe.each(ROUTES.map(({ method, path, who }) => [method, path, who] as const))(
  '%s %s',
  (method, route, who) => {
    const path = route
      .replace('{model*}', 'demo/echo')
      .replace('{call*}', 'demo/echo:generateContent')

    test(`is for ${who}`, async () => {
      const refused = (await call(method, path)).status === 401
      expect(refused).toBe(who !== 'open')
      if (who === 'admin_key') {
        expect((await call(method, path, gateway.proxyKey)).status).toBe(403)
        expect((await call(method, path, gateway.adminKey)).status).toBe(200)
      }
    })

    test('has no sibling with another method, or that only looks like it', async () => {
      const other = method === 'GET' ? 'POST' : 'GET'
      // GET lists stored chat completions, which needs an upstream that keeps them.
      const listed = other === 'GET' && path === '/v1/chat/completions'
      // GET is for WebSockets.
      const upgraded = other === 'GET' && path === '/v1/responses'
      const expected = listed ? 503 : upgraded ? 426 : 404
      expect((await call(other, path, gateway.adminKey)).status).toBe(expected)
      expect((await call('OPTIONS', path, gateway.adminKey)).status).toBe(404)
      expect((await call(method, path.toUpperCase(), gateway.adminKey)).status).toBe(404)
      expect((await call(method, `/x${path}`, gateway.adminKey)).status).toBe(404)
    })
  },
)

/** As it is on the wire: `fetch` would tidy it up first. */
async function asked(target: string, method = 'GET') {
  const client = await sendRaw(
    gateway.port,
    `${method} ${target} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${gateway.adminKey}\r\nconnection: close\r\n\r\n`,
  )
  await client.closed()
  const [head = '', body = ''] = client.received().toString().split('\r\n\r\n')
  const length = Number(/content-length: (\d+)/.exec(head)?.[1])
  return { status: Number(head.split(' ')[1]), length, body }
}

test.each([
  '/x\\..\\metrics',
  '/x/../metrics',
  '/./metrics',
  '/metrics#a',
  '/metrics/',
  '//metrics',
  '/%6detrics',
  '/metrics;a',
  'metrics',
  'ftp://x/metrics',
  'file:///metrics',
  'http:metrics',
  'http://x',
  '*',
])('%s is no other way to write /metrics', async (target) => {
  const { status, body } = await asked(target)
  expect([status, JSON.parse(body).error.code]).toEqual([404, 'not_found'])
})

test.each(['/metrics?a=/livez', 'http://gateway.example/metrics', 'HTTPS://x:1/metrics?a#b'])(
  '%s is /metrics',
  async (target) => {
    expect((await asked(target)).body).toStartWith('# HELP ')
  },
)

test.each([
  ...ROUTES.filter(({ path, method }) => method === 'GET' && !/metrics|doctor/.test(path)).map(
    ({ path }) => path.replace('{model*}', 'demo/echo'),
  ),
  '/nowhere',
])('HEAD %s answers like GET, without the body', async (path) => {
  const [got, head] = [await asked(path), await asked(path, 'HEAD')]
  expect(got.length).toBeGreaterThan(0)
  expect(got.body).toHaveLength(got.length)
  // The message for an unknown path contains the path, so a longer name makes it longer.
  const more = got.status === 404 ? 'HEAD'.length - 'GET'.length : 0
  expect(head).toEqual({ status: got.status, length: got.length + more, body: '' })
})

test.each([
  ['GET', '/v1/completions'],
  ['POST', '/v1/models'],
  ['DELETE', '/v1/models'],
  ['GET', '/v1'],
  ['POST', '/V1/chat/completions'],
  ['GET', '/admin'],
])('%s %s is not there, in the form of an error of OpenAI', async (method, path) => {
  const response = await call(method, path, gateway.proxyKey)
  const { error } = (await response.json()) as { error: { code: string; request_id: string } }
  expect([response.status, error.code]).toEqual([404, 'not_found'])
  expect(error.request_id).toStartWith('req_')
})
