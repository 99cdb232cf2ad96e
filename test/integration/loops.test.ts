/** Gateways whose upstream keys lead to each other: a request ends where it comes back, and says so. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { type Gateway, startGateway } from '../support/gateway.ts'
import {
  chatCompletion,
  jsonReply,
  type MockUpstream,
  startMockUpstream,
} from '../support/mock/mock-upstream.ts'
import { waitFor } from '../support/waiting.ts'

const NAMES = ['north', 'east', 'south'] as const
let gateways: Gateway[]
let mock: MockUpstream

/** Each serves the models of the next, and the last one those of the first. */
beforeAll(async () => {
  mock = await startMockUpstream()
  mock.script(() => jsonReply(200, chatCompletion('hello')))
  gateways = await Promise.all(NAMES.map(() => startGateway({ env: { DRAIN_SECONDS: '2' } })))
  for (const [at, gateway] of gateways.entries()) {
    const next = gateways[(at + 1) % gateways.length] as Gateway
    const name = NAMES[(at + 1) % NAMES.length] as string
    const { baseUrl, proxyKey } = next
    await add(gateway, [name, '--base-url', baseUrl, '--provider', 'compatible'], proxyKey)
  }
}, 60_000)
afterAll(async () => {
  await Promise.all(gateways.map((gateway) => gateway.stop()))
  await mock.close()
}, 60_000)

async function add(gateway: Gateway, args: string[], key: string): Promise<void> {
  const { exitCode, stderr } = await gateway.cli(['upstream', 'add', ...args], { stdin: key })
  if (exitCode !== 0) throw new Error(stderr)
  const headers = { authorization: `Bearer ${gateway.adminKey}` }
  await waitFor(`${args[0]} to be known to the running gateway`, async () => {
    const metrics = await fetch(`${gateway.origin}/metrics`, { headers })
    return (await metrics.text()).includes(`upstream="${args[0]}"`)
  })
}

async function call(gateway: Gateway, path: string, body?: object) {
  const response = await fetch(`${gateway.baseUrl}/${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      authorization: `Bearer ${gateway.proxyKey}`,
      'content-type': 'application/json',
    },
    ...(body && { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  return { status: response.status, text, requestId: response.headers.get('x-request-id') }
}

const messages = [{ role: 'user', content: 'hello' }]
const CALLS: [string, object][] = [
  ['chat/completions', { model: 'round', messages }],
  ['chat/completions', { model: 'round', messages, stream: true }],
  ['messages', { model: 'round', messages, max_tokens: 9 }],
  ['responses', { model: 'round', input: 'hello' }],
  ['embeddings', { model: 'round', input: 'hello' }],
  ['images/generations', { model: 'round', prompt: 'a cat' }],
]

describe('a request that comes back is refused by the gateway that sent it, and the refusal names the way', () => {
  test.each(CALLS)('%s', async (path, body) => {
    const [first] = gateways as [Gateway]
    const { status, text } = await call(first, path, body)
    expect(status).toBe(400)
    expect(text).toContain(
      'upstream east: upstream south: upstream north: gateway: this request is its own',
    )
  })
})

test('the list of models ends as well', async () => {
  const [first] = gateways as [Gateway]
  const { status, text } = await call(first, 'models')
  expect({ status, data: JSON.parse(text).data }).toEqual({ status: 200, data: [] })
})

test('a loop next to an upstream that answers does not cost a client its answer', async () => {
  const [, second] = gateways as [Gateway, Gateway]
  await add(second, ['good', '--base-url', mock.url, '--provider', 'compatible'], 'sk-good-h7Kq2')
  for (let request = 0; request < 4; request++) {
    const { status, text } = await call(second, 'chat/completions', { model: 'other', messages })
    expect({ status, text }).toMatchObject({ status: 200 })
  }
})
