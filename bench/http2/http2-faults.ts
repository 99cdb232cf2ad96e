/** How Bun's fetch reports what goes wrong on HTTP/2: one line a fault. */
import { CODES, type Exchange, startFrameServer } from './http2-frames.ts'

const POST: BunFetchRequestInit = {
  method: 'POST',
  body: '{}',
  decompress: false,
  protocol: 'http2',
}

const later = (action: () => void) => void setTimeout(action, 40)

const opened = (then: (exchange: Exchange) => void) => (exchange: Exchange) => {
  exchange.head()
  exchange.data('data: 1\n\n')
  later(() => then(exchange))
}
const afterFirst = (fault: (exchange: Exchange) => void) => (exchange: Exchange) => {
  if (exchange.index === 0) return fault(exchange)
  exchange.head()
  exchange.data('the second try', true)
}

const FAULTS: Record<string, (exchange: Exchange) => void> = {
  'complete (END_STREAM)': opened((exchange) => exchange.data('data: [DONE]\n\n', true)),
  'RST_STREAM internal error after data': opened((exchange) => exchange.reset(CODES.internalError)),
  'RST_STREAM cancel after data': opened((exchange) => exchange.reset(CODES.cancel)),
  'RST_STREAM no error after data': opened((exchange) => exchange.reset(CODES.noError)),
  'RST_STREAM internal error before headers': afterFirst((exchange) =>
    exchange.reset(CODES.internalError),
  ),
  'RST_STREAM refused before headers': afterFirst((exchange) =>
    exchange.reset(CODES.refusedStream),
  ),
  'GOAWAY before headers, stream not processed': afterFirst((exchange) => {
    exchange.goaway(0, CODES.noError)
    exchange.end()
  }),
  'GOAWAY before headers, connection left open': afterFirst((exchange) =>
    exchange.goaway(0, CODES.noError),
  ),
  'GOAWAY naming this stream, then it completes': opened((exchange) => {
    exchange.goaway(exchange.stream, CODES.noError)
    later(() => exchange.data('data: [DONE]\n\n', true))
  }),
  'GOAWAY with an error after data': opened((exchange) =>
    exchange.goaway(exchange.stream, CODES.internalError),
  ),
  'FIN after data': opened((exchange) => exchange.end()),
  'socket destroyed after data': opened((exchange) => exchange.destroy()),
  'FIN before headers': afterFirst((exchange) => exchange.end()),
  'content-length 100, END_STREAM after 9': (exchange) => {
    exchange.head(100)
    exchange.data('data: 1\n\n', true)
  },
  'GOAWAY protocol error before headers': afterFirst((exchange) =>
    exchange.goaway(exchange.stream, CODES.protocolError),
  ),
}

export async function outcome(promise: Promise<Response>, limitMs = 2_000): Promise<string> {
  let got = 0
  const read = async () => {
    const reply = await promise
    if (reply.body !== null) for await (const part of reply.body) got += part.length
    return `${reply.status}, CLEAN END after ${got} bytes`
  }
  const late = Promise.withResolvers<string>()
  const timer = setTimeout(
    () => late.resolve(`NOTHING for ${limitMs} ms, after ${got} bytes`),
    limitMs,
  )
  try {
    return await Promise.race([read(), late.promise])
  } catch (error) {
    const { name, code } = error as { name?: string; code?: unknown }
    return `rejected ${name} ${String(code)} after ${got} bytes`
  } finally {
    clearTimeout(timer)
  }
}

export async function reportFaults(key: string, cert: string): Promise<void> {
  for (const [name, fault] of Object.entries(FAULTS)) {
    const server = await startFrameServer(key, cert, ['h2'])
    server.answer = fault
    const result = await outcome(fetch(server.url, POST))
    const next = await outcome(fetch(server.url, POST))
    const { connections, requests } = server.seen
    console.log(
      `${name.padEnd(48)} ${result}; a second request: ${next}; upstream saw ${requests} requests, ${connections} connections`,
    )
    server.close()
  }
  for (const alpn of [null, ['http/1.1']]) {
    const server = await startFrameServer(key, cert, alpn)
    console.log(
      `a server whose ALPN is ${JSON.stringify(alpn)}: ${await outcome(fetch(server.url, POST))}`,
    )
    server.close()
  }
  await reportAborts(key, cert)
}

async function reportAborts(key: string, cert: string): Promise<void> {
  const server = await startFrameServer(key, cert, ['h2'])
  const streams: Exchange[] = []
  server.answer = (exchange) => {
    exchange.head()
    exchange.data('data: 1\n\n')
    streams.push(exchange)
  }
  await outcome(fetch(server.url, POST), 100)
  streams.length = 0
  const aborts = Array.from({ length: 40 }, () => new AbortController())
  const all = aborts.map((abort) =>
    outcome(fetch(server.url, { ...POST, signal: abort.signal }), 5_000),
  )
  while (streams.length < 40) await Bun.sleep(1)
  const startedMs = performance.now()
  for (const abort of aborts.slice(0, 20)) abort.abort()
  while (server.seen.resets.length < 20 && performance.now() - startedMs < 1_000) await Bun.sleep(1)
  const took = Math.max(...server.seen.resets.map((reset) => reset.atMs)) - startedMs
  for (const stream of streams) stream.data('data: [DONE]\n\n', true)
  const results = await Promise.all(all)
  console.log(
    `40 streams, 20 aborted: upstream saw ${server.seen.resets.length} resets (code ${server.seen.resets[0]?.code}) within ${took.toFixed(1)} ms`,
  )
  console.log(
    `   the aborted: ${[...new Set(results.slice(0, 20))]}; the others: ${[...new Set(results.slice(20))]}`,
  )
  server.close()
}
