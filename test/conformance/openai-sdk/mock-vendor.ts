/** A vendor that answers as OpenAI's description says and refuses what it does not allow, with a ledger of its calls. */
import { createHash } from 'node:crypto'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { waitFor } from '../../support/waiting.ts'

export interface VendorRequest {
  /** `GET /files/file_id` */
  line: string
  query: string
  contentType: string
  /** Of the body; a form's boundary is left out. */
  digest: string
  /** False also where the description has no such path. */
  valid: boolean
}

export interface MockVendor {
  url: string
  /** Those since it was last emptied. */
  requests: VendorRequest[]
  stop(): Promise<void>
}

const STEADY = join(import.meta.dir, '../../node_modules/.bin/steady')
const START_LIMIT_MS = 60_000
/** As the clients write arrays and objects. */
const FORMATS = ['query-array', 'query-object', 'form-array', 'form-object'].map(
  (name) => `--validator-${name}-format=brackets`,
)

/** `steady` behind a relay, which notes what came and whether it was valid. */
export async function startMockVendor(specification: string): Promise<MockVendor> {
  const port = await freePort()
  const options = ['--host', '127.0.0.1', '--port', String(port), '--quiet', '--generator-seed=1']
  const steady = Bun.spawn([STEADY, ...options, ...FORMATS, specification], {
    stdin: 'ignore',
    stdout: 'ignore',
    stderr: 'ignore',
    // The program starts another one, which would outlive it.
    detached: true,
  })
  const origin = `http://127.0.0.1:${port}`
  const answers = () =>
    fetch(`${origin}/models`)
      .then(({ ok }) => ok)
      .catch(() => false)
  await waitFor('the mock of the description', answers, START_LIMIT_MS)
  const requests: VendorRequest[] = []
  const relay = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    async fetch(request) {
      const { pathname, search } = new URL(request.url)
      const { method, headers } = request
      const body = await request.bytes()
      headers.delete('host')
      const reply = await fetch(`${origin}${pathname}${search}`, { method, headers, body })
      requests.push({
        line: `${method} ${pathname}`,
        query: search,
        ...seenOf(body, headers),
        valid: reply.headers.get('x-steady-request-valid') === 'true',
      })
      reply.headers.delete('content-encoding')
      return new Response(reply.body, { status: reply.status, headers: reply.headers })
    },
  })
  return {
    url: `http://127.0.0.1:${relay.port}`,
    requests,
    async stop() {
      await relay.stop(true)
      process.kill(-steady.pid, 'SIGKILL')
      await steady.exited
    },
  }
}

function seenOf(body: Uint8Array, headers: Headers): Pick<VendorRequest, 'contentType' | 'digest'> {
  // Clients name a type also where they send nothing.
  const type = body.length === 0 ? null : headers.get('content-type')
  const [contentType = '', parameter] = (type ?? '').split(';')
  const boundary = parameter?.split('boundary=')[1]
  const text = Buffer.from(body).toString('latin1')
  const plain = boundary === undefined ? text : text.replaceAll(boundary, 'BOUNDARY')
  return { contentType, digest: createHash('sha256').update(plain).digest('hex') }
}

function freePort(): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>()
  const server = createServer().listen(0, '127.0.0.1', () => {
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    server.close(() => resolve(port))
  })
  return promise
}
