/**
 * Each path that the official clients of Anthropic and Google ask for is in the table of routes, is a route of its own,
 * or is refused with words. A new version of a client that knows more fails here.
 */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ANTHROPIC_ROUTES } from '../../../src/passthrough/anthropic-routes.ts'
import { GEMINI_API_ROUTES } from '../../../src/passthrough/gemini-routes.ts'
import type { VendorRoute } from '../../../src/passthrough/route.ts'
import { type Gateway, startGateway } from '../../support/gateway.ts'

const MODULES = join(import.meta.dir, '../../node_modules')

let gateway: Gateway
beforeAll(async () => {
  gateway = await startGateway({ upstreams: [] })
})
afterAll(() => gateway.stop())

/** `GET /v1/files/{}` */
const plain = (line: string) => line.replace(/\$?\{[^}]*\}/g, '{}')
const linesOf = (routes: readonly VendorRoute[]) =>
  new Set(routes.map(({ method, path }) => plain(`${method} ${path}`)))

function anthropicCalls(): string[] {
  const root = join(MODULES, '@anthropic-ai/sdk/resources')
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
  const calls = files
    .filter((name) => name.endsWith('.mjs'))
    .flatMap((name) => [
      ...readFileSync(join(root, name), 'utf8').matchAll(
        /_client\.(getAPIList|get|post|put|patch|delete)\((?:path )?[`']([^`']+)/g,
      ),
    ])
    .map(([, verb = '', path = '']) => {
      const method = verb === 'getAPIList' ? 'GET' : verb.toUpperCase()
      return plain(`${method} ${path.split('?')[0]}`)
    })
  return [...new Set(calls)].toSorted()
}

/** Of resources in Google's newer form; the older ones are called by name in gemini/routes.test.ts. */
function geminiCalls(): string[] {
  const text = readFileSync(join(MODULES, '@google/genai/dist/node/index.mjs'), 'utf8')
  const calls = [...text.matchAll(/pathToFunc\("([^"]+)"\)|method: "(GET|POST|PUT|PATCH|DELETE)"/g)]
  let path = ''
  const lines = new Set<string>()
  for (const [, place, method] of calls) {
    if (place !== undefined) path = place.replace('{api_version}', 'v1beta')
    else if (path !== '') lines.add(plain(`${method} ${path}`))
  }
  return [...lines].toSorted()
}

/** The gateway's own, or model calls. */
const OWN = /^(?:POST \/v1\/messages(?:\/count_tokens)?|GET \/v1\/models(?:\/\{\})?)$/

async function refusalOf(line: string) {
  const [method = '', path = ''] = line.split(' ')
  const reply = await fetch(`http://127.0.0.1:${gateway.port}${path.replaceAll('{}', 'x')}`, {
    method,
    headers: { 'x-api-key': gateway.proxyKey, 'anthropic-version': '2023-06-01' },
  })
  return { status: reply.status, body: (await reply.json()) as { error?: { message?: string } } }
}

test.each([
  ['Anthropic', anthropicCalls(), linesOf(ANTHROPIC_ROUTES), 200],
  ['Google', geminiCalls(), linesOf(GEMINI_API_ROUTES), 35],
])(
  'each path of %s’s client is served or refused with words',
  async (_, calls, served, atLeast) => {
    expect(calls.length).toBeGreaterThan(atLeast)
    for (const call of calls) {
      if (served.has(call) || OWN.test(call)) continue
      const { status, body } = await refusalOf(call)
      expect(`${call}: ${status} ${body.error?.message}`).toMatch(
        /: 400 gateway: administration of (?:the organisation|webhooks) is not served at /,
      )
    }
  },
  60_000,
)

test('each refusal of Anthropic’s has the form of its errors', async () => {
  const { body } = await refusalOf('GET /v1/organizations/users')
  expect(body).toMatchObject({ type: 'error', error: { type: 'invalid_request_error' } })
})
