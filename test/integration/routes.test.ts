/** Every route is in the table of authorisations, and does what the table says. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { ROUTES } from '../../src/http/app.ts'
import { type Gateway, startGateway } from '../support/gateway.ts'

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

test.each(ROUTES.map((route) => [...route]))('%s %s is for %s', async (method, route, who) => {
  const path = route.replace(':model{.+}', 'demo/echo')
  const refused = (await call(method, path)).status === 401
  expect(refused).toBe(who !== 'open')
  if (who === 'admin_key') {
    expect((await call(method, path, gateway.proxyKey)).status).toBe(403)
    expect((await call(method, path, gateway.adminKey)).status).toBe(200)
  }
})

test.each([
  ['GET', '/v1/chat/completions'],
  ['POST', '/v1/models'],
  ['DELETE', '/v1/models'],
  ['POST', '/v1/responses'],
  ['GET', '/v1'],
  ['POST', '/V1/chat/completions'],
  ['GET', '/admin'],
])('%s %s is not there, in the form of an error of OpenAI', async (method, path) => {
  const response = await call(method, path, gateway.proxyKey)
  const { error } = (await response.json()) as { error: { code: string; request_id: string } }
  expect([response.status, error.code]).toEqual([404, 'not_found'])
  expect(error.request_id).toStartWith('req_')
})
