/** The shipped nginx site with a real gateway behind it: HTTPS, streams, addresses, sizes, and what is asked again. */
import { afterAll, describe, expect, test } from 'bun:test'
import { createServer, type Server } from 'node:net'
import { DEMO_MODELS } from '../../src/providers/demo/models.ts'
import { startGateway } from '../support/gateway.ts'
import { chatChunks, sseReply, startMockUpstream } from '../support/mock/mock-upstream.ts'
import { waitFor } from '../support/waiting.ts'
import { freePort, startNginx } from './nginx.ts'

const ADDRESS_RPM = 40
const MIB = 1024 * 1024

const mock = await startMockUpstream()
const gateway = await startGateway({
  upstreams: [{ baseUrl: mock.url, provider: 'compatible', models: ['deployed'] }],
  env: { TRUSTED_PROXIES: '127.0.0.1', RATE_LIMIT_IP_RPM: String(ADDRESS_RPM) },
})
// The first of the two instances is down all the time.
const nginx = await startNginx([await freePort(), gateway.port])
const ca = await Bun.file(nginx.authorityFile).text()
afterAll(async () => {
  await nginx.stop()
  await gateway.stop()
  await mock.close()
}, 60_000)
const origin = `https://127.0.0.1:${nginx.httpsPort}`

function ask(body: object | string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${origin}/v1/chat/completions`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${gateway.proxyKey}`,
      'content-type': 'application/json',
      ...headers,
    },
    body: typeof body === 'string' ? body : JSON.stringify(body),
    tls: { ca },
  })
}

const QUESTION = { model: DEMO_MODELS[0], messages: [{ role: 'user', content: 'Hello' }] }

function curl(...args: string[]): string {
  const { exitCode, stdout, stderr } = Bun.spawnSync([
    ...['curl', '-sS', '--max-time', '20', '--cacert', nginx.authorityFile],
    ...args,
  ])
  if (exitCode !== 0) throw new Error(`curl: ${stderr.toString()}`)
  return stdout.toString()
}

test('nginx -t accepts it', () => {
  const said = nginx.check()
  expect(said).toContain('test is successful')
  expect(said).not.toContain('[warn]')
})

describe('HTTPS', () => {
  test('plain HTTP is redirected there, keeping method and body', async () => {
    const reply = await fetch(`http://127.0.0.1:${nginx.httpPort}/v1/models?a=b`, {
      redirect: 'manual',
    })
    expect(reply.status).toBe(308)
    expect(reply.headers.get('location')).toBe('https://127.0.0.1/v1/models?a=b')
  })

  test('but for the files that Let’s Encrypt looks for', async () => {
    await Bun.write(`${nginx.folder}/certbot/.well-known/acme-challenge/token`, 'proof')
    const at = `http://127.0.0.1:${nginx.httpPort}/.well-known/acme-challenge`
    expect(await (await fetch(`${at}/token`)).text()).toBe('proof')
    expect((await fetch(`${at}/other`, { redirect: 'manual' })).status).toBe(404)
  })

  test('every response, including errors, has HSTS', async () => {
    for (const path of ['/livez', '/nothing-here'])
      expect(
        (await fetch(origin + path, { tls: { ca } })).headers.get('strict-transport-security'),
      ).toStartWith('max-age=31536000')
  })

  test('it speaks HTTP/2', () => {
    expect(curl('--http2', '-o', '/dev/null', '-w', '%{http_version}', `${origin}/livez`)).toBe('2')
  })
})

describe('streams', () => {
  test.each(['--http1.1', '--http2'])('arrive event by event over %s', async (version) => {
    const steps = Array.from({ length: 5 }, () => Promise.withResolvers<void>())
    const events = sseReply(chatChunks('one two three four five', { usage: true }))
    const writes = events.filter((step) => typeof step === 'object' && 'write' in step)
    mock.script(() =>
      writes.flatMap((step, at) => (steps[at] ? [step, { until: steps[at].promise }] : [step])),
    )
    const child = Bun.spawn(
      [
        ...['curl', '-sSN', version, '--cacert', nginx.authorityFile],
        ...[
          '-H',
          `authorization: Bearer ${gateway.proxyKey}`,
          '-H',
          'content-type: application/json',
        ],
        ...['-d', JSON.stringify({ ...QUESTION, model: 'deployed', stream: true })],
        `${origin}/v1/chat/completions`,
      ],
      { stdout: 'pipe', stderr: 'ignore' },
    )
    let text = ''
    const reading = (async () => {
      for await (const part of child.stdout.pipeThrough(new TextDecoderStream())) text += part
    })()
    // The upstream writes the next one only once the last one has come through.
    let arrived = 0
    for (const [at, step] of steps.entries()) {
      const before = arrived
      step.resolve()
      // The first one has only the role: it leaves with the first words.
      if (at === 0) continue
      await waitFor('one more event', () => {
        arrived = text.split('\n\n').length - 1
        return arrived > before
      })
    }
    await reading
    expect(text).toEndWith('data: [DONE]\n\n')
  })
})

describe('bodies', () => {
  test('of 63 MiB is answered, of 65 MiB refused by the gateway, with its message', async () => {
    const sized = (bytes: number) => JSON.stringify({ ...QUESTION, padding: 'x'.repeat(bytes) })
    expect((await ask(sized(63 * MIB))).status).toBe(200)
    const refused = await ask(sized(65 * MIB))
    expect(refused.status).toBe(413)
    expect(await refused.json()).toMatchObject({ error: { code: 'request_too_large' } })
  }, 60_000)
})

describe('an instance that is down', () => {
  test('loses no POST, because the connection was refused before anything was sent', async () => {
    for (let time = 0; time < 6; time++) expect((await ask(QUESTION)).status).toBe(200)
    expect(nginx.errorLog()).toContain('Connection refused')
  })
})

test('a client that forges addresses still has the limits of its own address', async () => {
  const statuses: number[] = []
  for (let time = 0; time < ADDRESS_RPM + 5; time++) {
    const invented = `203.0.113.${time}`
    const reply = await ask(QUESTION, {
      'x-forwarded-for': `${invented}, 198.51.100.${time}`,
      forwarded: `for=${invented}`,
      'x-real-ip': invented,
    })
    await reply.arrayBuffer()
    statuses.push(reply.status)
  }
  expect(statuses).toContain(429)
  expect(statuses.at(-1)).toBe(429)
})

describe('static files', () => {
  test('are cached; responses of the API are not', async () => {
    let asked = 0
    const files = Bun.serve({
      port: 0,
      hostname: '127.0.0.1',
      fetch() {
        asked++
        return new Response(`body { order: ${asked} }`, { headers: { 'content-type': 'text/css' } })
      },
    })
    const proxy = await startNginx([Number(files.port)])
    const authority = await Bun.file(proxy.authorityFile).text()
    const get = async (path: string) =>
      (
        await fetch(`https://127.0.0.1:${proxy.httpsPort}${path}`, { tls: { ca: authority } })
      ).text()
    try {
      const first = await get('/console/assets/style-4f2a.css')
      expect(await get('/console/assets/style-4f2a.css')).toBe(first)
      expect(asked).toBe(1)
      expect(await get('/console/assets/other-91bc.css')).not.toBe(first)
      const models = await get('/v1/models')
      expect(await get('/v1/models')).not.toBe(models)
    } finally {
      await proxy.stop()
      await files.stop(true)
    }
  })
})

describe('a POST that was sent', () => {
  /** Takes a request and resets the connection without a word. */
  function rudeServer(): Promise<{ port: number; requests: () => number; server: Server }> {
    let requests = 0
    const server = createServer((socket) => {
      socket.on('error', () => {})
      socket.once('data', () => {
        requests++
        socket.resetAndDestroy()
      })
    })
    const { promise, resolve } = Promise.withResolvers<Awaited<ReturnType<typeof rudeServer>>>()
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      const port = typeof address === 'object' && address !== null ? address.port : 0
      resolve({ port, requests: () => requests, server })
    })
    return promise
  }

  test('is never sent again, though another instance is there', async () => {
    const [one, other] = [await rudeServer(), await rudeServer()]
    const second = await startNginx([one.port, other.port])
    try {
      const reply = await fetch(`https://127.0.0.1:${second.httpsPort}/v1/chat/completions`, {
        method: 'POST',
        body: JSON.stringify(QUESTION),
        tls: { ca: await Bun.file(second.authorityFile).text() },
      })
      expect(reply.status).toBe(502)
      expect(one.requests() + other.requests()).toBe(1)
    } finally {
      await second.stop()
      one.server.close()
      other.server.close()
    }
  })
})
