/** Responses and conversations where no upstream keeps any: they are not there, and no upstream is asked for them. */
import { afterAll, expect, test } from 'bun:test'
import { startGateway } from '../../support/gateway.ts'

const asked: string[] = []
const host = Bun.serve({
  port: 0,
  hostname: '127.0.0.1',
  fetch(request) {
    asked.push(new URL(request.url).pathname)
    return Response.json({ error: { message: 'not here' } }, { status: 404 })
  },
})
const baseUrl = `http://127.0.0.1:${host.port}`
const gateway = await startGateway({
  upstreams: [
    { name: 'claude', provider: 'anthropic', baseUrl, models: ['claude-mock'] },
    { name: 'chat', provider: 'compatible', baseUrl, models: ['chat-mock'], protocol: 'chat' },
  ],
})
afterAll(async () => {
  await gateway.stop()
  host.stop(true)
})

test.each([
  ['GET', '/responses/resp_1'],
  ['DELETE', '/responses/resp_1'],
  ['POST', '/responses/resp_1/cancel'],
  ['GET', '/responses/resp_1/input_items'],
  ['GET', '/conversations/conv_1'],
  ['GET', '/conversations/conv_1/items'],
])('%s %s is a 404 of the gateway', async (method, path) => {
  asked.length = 0
  const headers = { authorization: `Bearer ${gateway.proxyKey}` }
  const reply = await fetch(`${gateway.baseUrl}${path}`, { method, headers })
  expect(reply.status).toBe(404)
  const [, kind = '', id] = /^\/(\w+)s\/(\w+)/.exec(path) ?? []
  const title = `${kind.charAt(0).toUpperCase()}${kind.slice(1)}`
  expect(await reply.json()).toEqual({
    error: {
      message: `gateway: ${title} with id '${id}' not found.`,
      type: 'invalid_request_error',
      code: null,
      param: null,
      request_id: expect.any(String),
    },
  })
  expect(asked).toEqual([])
})
