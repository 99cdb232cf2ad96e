/** Sends requests to the gateway or the proxy in front of it, bypassing outgoing proxies and ignoring bad certificates. */
import { request as plain } from 'node:http'
import { request as encrypted } from 'node:https'

export interface ProbeResponse {
  status: number
  headers: Readonly<Record<string, string>>
  body: string
  /** Arrival times of the body's chunks, relative to sending the request. */
  readsMs: readonly number[]
}

export interface Asking {
  key?: string
  /** If present, the request is a POST. */
  body?: object
  patienceMs?: number
}

const PATIENCE_MS = 5_000
/** TLS-1 checks certificates; the only secret sent here is a key that is valid for minutes. */
const UNCHECKED = { rejectUnauthorized: false }

/** Rejects with a code if no reply arrives. */
export function ask(url: string, { key, body, patienceMs = PATIENCE_MS }: Asking = {}) {
  const { promise, resolve, reject } = Promise.withResolvers<ProbeResponse>()
  const startedMs = performance.now()
  const send = url.startsWith('https:') ? encrypted : plain
  const sending = send(url, {
    method: body === undefined ? 'GET' : 'POST',
    agent: false,
    ...UNCHECKED,
    signal: AbortSignal.timeout(patienceMs),
    headers: {
      accept: '*/*',
      'accept-encoding': 'gzip, identity',
      ...(key !== undefined && { authorization: `Bearer ${key}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
  })
  sending.on('error', reject)
  sending.on('response', (response) => {
    const pieces: Buffer[] = []
    const readsMs: number[] = []
    const done = () =>
      resolve({
        status: response.statusCode ?? 0,
        headers: Object.fromEntries(
          Object.entries(response.headers).map(([name, value]) => [name, String(value)]),
        ),
        body: textOf(Buffer.concat(pieces), response.headers['content-encoding']),
        readsMs,
      })
    response.on('data', (piece: Buffer) => {
      pieces.push(piece)
      readsMs.push(performance.now() - startedMs)
    })
    response.on('end', done)
    // What arrived before the break is more informative than the break.
    response.on('error', done)
    response.on('aborted', done)
  })
  sending.end(body === undefined ? undefined : JSON.stringify(body))
  return promise
}

function textOf(bytes: Buffer, encoding: string | undefined): string {
  if (encoding !== 'gzip') return bytes.toString('utf8')
  try {
    return new TextDecoder().decode(Bun.gunzipSync(new Uint8Array(bytes)))
  } catch {
    return ''
  }
}

export function whyNot(error: unknown): string {
  const { code, name, message } = error as { code?: string; name?: string; message?: string }
  return (
    code ??
    (name === 'AbortError' || name === 'TimeoutError' ? 'no answer in time' : (message ?? ''))
  )
}

/** Who answered, according to its own headers. */
export function proxyName({ headers }: ProbeResponse): string {
  const named = ['server', 'via', 'x-powered-by', 'cf-ray']
    .filter((name) => headers[name] !== undefined)
    .map((name) => `${name}: ${headers[name]}`)
  return named.join(', ') || 'it does not say its name'
}
