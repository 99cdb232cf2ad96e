/** Sends over HTTP/2 what `ask` sends over HTTP/1.1: a proxy may buffer one and not the other. */
import { connect } from 'node:http2'
import { withTimeout } from '../../core/time/with-timeout.ts'
import type { Asking, ProbeResponse } from './ask.ts'

const PATIENCE_MS = 5_000

/** Rejects if the server does not support HTTP/2, or no reply arrives. */
export async function askHttp2(
  url: string,
  { key, body, patienceMs = PATIENCE_MS }: Asking = {},
): Promise<ProbeResponse> {
  const { origin, pathname } = new URL(url)
  const startedMs = performance.now()
  // TLS-1 checks certificates; the only secret sent here is a key that is valid for minutes.
  const session = connect(origin, { rejectUnauthorized: false })
  const { promise, resolve, reject } = Promise.withResolvers<ProbeResponse>()
  session.on('error', reject)
  const stream = session.request({
    ':method': body === undefined ? 'GET' : 'POST',
    ':path': pathname,
    accept: '*/*',
    ...(key !== undefined && { authorization: `Bearer ${key}` }),
    ...(body !== undefined && { 'content-type': 'application/json' }),
  })
  const pieces: Buffer[] = []
  const readsMs: number[] = []
  let headers: Record<string, string> = {}
  stream.on('response', (given) => {
    headers = Object.fromEntries(
      Object.entries(given).map(([name, value]) => [name, String(value)]),
    )
  })
  stream.on('data', (piece: Buffer) => {
    pieces.push(piece)
    readsMs.push(performance.now() - startedMs)
  })
  stream.on('error', reject)
  stream.on('end', () => {
    const status = Number(headers[':status'] ?? 0)
    resolve({ status, headers, body: Buffer.concat(pieces).toString('utf8'), readsMs })
  })
  stream.end(body === undefined ? undefined : JSON.stringify(body))
  try {
    return await withTimeout(promise, patienceMs, 'no answer in time')
  } finally {
    session.destroy()
  }
}
