/** Each row of the table of vendor routes, also those that no official client calls. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { ANTHROPIC_ROUTES } from '../../../src/passthrough/anthropic-routes.ts'
import { GEMINI_API_ROUTES } from '../../../src/passthrough/gemini-routes.ts'
import { OPENAI_ROUTES } from '../../../src/passthrough/openai-routes.ts'
import type { VendorRoute } from '../../../src/passthrough/route.ts'
import { type Gateway, startGateway } from '../../support/gateway.ts'
import { startVendorMock, type VendorMock } from '../../support/vendors/vendor-mock.ts'

let mock: VendorMock
let gateway: Gateway
beforeAll(async () => {
  mock = startVendorMock()
  gateway = await startGateway({
    upstreams: [
      { name: 'openai', provider: 'openai', baseUrl: `${mock.url}/openai` },
      { name: 'anthropic', provider: 'anthropic', baseUrl: `${mock.url}/anthropic` },
      { name: 'gemini', provider: 'gemini', baseUrl: `${mock.url}/gemini` },
    ],
    env: { BATCH_CHECK_SECONDS: '3600' },
  })
})
afterAll(async () => {
  await gateway.stop()
  await mock.stop()
})
beforeEach(() => {
  mock.calls.length = 0
})

const named = (routes: readonly VendorRoute[]) =>
  routes.map((route) => [`${route.method} ${route.path}`, route] as const)

async function send({ api, method, path }: VendorRoute) {
  const place = path
    .replace(/^\/v1(?=\/)/, '')
    .replace(/\{(\w+)(\*?)\}/g, (_, name, rest) => (rest ? 'some/file.txt' : `${name}-example`))
  const hasBody = method !== 'GET' && method !== 'DELETE'
  const root = api === 'gemini' ? gateway.baseUrl.replace(/\/v1$/, '') : gateway.baseUrl
  const body = hasBody ? JSON.stringify({ model: 'some-model' }) : undefined
  await fetch(`${root}${place}?limit=3`, {
    method,
    headers: {
      authorization: `Bearer ${gateway.proxyKey}`,
      'content-type': 'application/json',
      ...(api === 'anthropic' && { 'anthropic-version': '2023-06-01' }),
    },
    ...(body !== undefined && { body }),
  }).then((reply) => reply.text())
  const calls = mock.calls.map((call) => `${call.method} ${call.path}${call.query}`)
  // The gateway looks for itself which models there are.
  return { place, calls: calls.filter((call) => !/^GET \S+\/models(?:\?|$)/.test(call)) }
}

describe.each([
  ['openai', '/openai', OPENAI_ROUTES],
  ['anthropic', '/anthropic/v1', ANTHROPIC_ROUTES],
  ['gemini', '/gemini', GEMINI_API_ROUTES],
] as const)('a route of %s', (_api, base, routes) => {
  test.each(named(routes))('%s reaches its vendor at the same path', async (_, route) => {
    const { place, calls } = await send(route)
    expect(calls.at(-1)).toBe(`${route.method} ${base}${place}?limit=3`)
    expect(calls.filter((call) => !call.includes(` ${base}/`))).toEqual([])
  })
})
