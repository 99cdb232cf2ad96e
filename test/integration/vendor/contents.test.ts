/** Contents of files: redirects to a storage, parts, and statuses as the vendor has them. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { type Gateway, startGateway } from '../../support/gateway.ts'

let gateway: Gateway
let reply: (request: Request) => Response
const upstream = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: (request) => reply(request) })
beforeAll(async () => {
  gateway = await startGateway({
    upstreams: [
      { name: 'vendor', provider: 'openai', baseUrl: `http://127.0.0.1:${upstream.port}/v1` },
    ],
  })
})
afterAll(async () => {
  await gateway.stop()
  await upstream.stop(true)
})

function ask(path: string, headers: Record<string, string> = {}) {
  return fetch(`${gateway.baseUrl}${path}`, {
    redirect: 'manual',
    headers: { authorization: `Bearer ${gateway.proxyKey}`, ...headers },
  })
}

test('a redirect to a storage is the client’s to follow, once', async () => {
  const location = 'https://storage.example/blob?signature=abc'
  let calls = 0
  for (const status of [302, 303, 307]) {
    reply = () => {
      calls++
      return new Response(null, { status, headers: { location } })
    }
    const redirected = await ask('/files/file-1/content')
    expect([redirected.status, redirected.headers.get('location')]).toEqual([status, location])
  }
  expect(calls).toBe(3)
})

test('a redirect to the vendor’s own address leads to the gateway', async () => {
  const location = `http://127.0.0.1:${upstream.port}/v1/files/file-2/content`
  reply = () => new Response(null, { status: 302, headers: { location } })
  const redirected = await ask('/files/file-1/content')
  expect(redirected.headers.get('location')).toBe('/v1/files/file-2/content')
})

test('a part of a file is asked for, and stays a part', async () => {
  reply = ({ headers }) =>
    new Response(headers.get('range'), {
      status: 206,
      headers: { 'content-range': 'bytes 0-2/10', 'content-type': 'video/mp4' },
    })
  const part = await ask('/videos/video_1/content', { range: 'bytes=0-2' })
  expect([part.status, part.headers.get('content-range'), await part.text()]).toEqual([
    206,
    'bytes 0-2/10',
    'bytes=0-2',
  ])
})

test('an id of a thousand characters passes', async () => {
  reply = ({ url }) => Response.json({ id: url.split('/').at(-1) })
  const id = `resp_${'a'.repeat(1_000)}`
  expect(await (await ask(`/responses/${id}`)).json()).toEqual({ id })
})
