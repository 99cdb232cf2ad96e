/** Joins the web server to a maintained router: an exchange becomes a Request, its Response the reply. */
import type { Logger } from '../../core/logger.ts'
import type { Deadlines } from '../../pipeline/deadlines.ts'
import { errorAnswer, newRequestId } from '../error-response.ts'
import type { ServerOptions } from '../routes/inference.ts'
import type { BodyMemory, BodyShare } from '../server/body-memory.ts'
import type { Exchange } from '../server/exchange.ts'
import { type BodyLimits, readText } from '../server/read-body.ts'
import { localTarget, pathOf } from '../server/target.ts'

/** What a handler gets in addition to the Request. */
export interface Bindings {
  exchange: Exchange
  requestId: string
  /** Why the body could not be read; the router would only say that it is not JSON. */
  bodyFault: unknown
  /** Of the memory that all bodies share. */
  share: BodyShare
  /** The handler has responded to the exchange by itself. */
  responded: boolean
}

export interface BridgeParts {
  fetch(request: Request, bindings: Bindings): Response | Promise<Response>
  limitsOf(path: string): Omit<BodyLimits, 'memory'>
  memory: BodyMemory
  deadlines: Deadlines
  logger: Logger
  inFlight: ServerOptions['inFlight']
}

const STREAMED = /^text\/(event-stream|csv)/

export function createBridge(parts: BridgeParts): (exchange: Exchange) => void {
  return (exchange) => {
    parts.inFlight.add()
    const requestId = newRequestId()
    answer(parts, exchange, requestId)
      .catch((error) => exchange.respond(errorAnswer(error, requestId, { logger: parts.logger })))
      .finally(parts.inFlight.remove)
  }
}

async function answer(parts: BridgeParts, exchange: Exchange, requestId: string): Promise<void> {
  const gone = new AbortController()
  exchange.abortWhenGone = gone
  const share = parts.memory.open()
  const bindings: Bindings = { exchange, requestId, bodyFault: null, responded: false, share }
  try {
    await answered(parts, bindings, gone.signal)
  } finally {
    share.release()
  }
}

async function answered(
  parts: BridgeParts,
  bindings: Bindings,
  signal: AbortSignal,
): Promise<void> {
  const { exchange, requestId } = bindings
  const response = await parts.fetch(requestOf(parts, bindings, signal), bindings)
  if (bindings.responded) return
  const headers = headersOf(response, requestId)
  if (response.body !== null && STREAMED.test(headers['content-type'] ?? ''))
    await streamed(exchange, response.body, { status: response.status, headers }, signal)
  else exchange.respond({ status: response.status, headers, body: await response.bytes() })
}

function requestOf(parts: BridgeParts, bindings: Bindings, signal: AbortSignal): Request {
  const { exchange } = bindings
  const headers = new Headers()
  for (const [name, value] of exchange.headers.entries()) headers.append(name, value)
  const hasBody = exchange.method !== 'GET' && exchange.method !== 'HEAD'
  if (!hasBody) exchange.dropBody()
  const body = hasBody ? lazyBody(parts, bindings) : null
  return new Request(`http://gateway${localTarget(exchange.target)}`, {
    method: exchange.method,
    headers,
    signal,
    body,
  })
}

/** Read only once the caller is known to be allowed: strangers can't make the gateway hold megabytes. */
function lazyBody(parts: BridgeParts, bindings: Bindings): ReadableStream<Uint8Array> {
  const { exchange } = bindings
  return new ReadableStream(
    {
      async pull(controller) {
        try {
          const limits = { ...parts.limitsOf(pathOf(exchange.target)), memory: parts.memory }
          const { share } = bindings
          const text = await readText({
            request: exchange,
            limits,
            deadlines: parts.deadlines,
            share,
          })
          if (text !== '') controller.enqueue(Buffer.from(text))
          controller.close()
        } catch (error) {
          bindings.bodyFault = error
          controller.error(error)
        }
      },
    },
    { highWaterMark: 0 },
  )
}

/** Names of headers are the same in any case, so each further cookie has its name in another one. */
function headersOf(response: Response, requestId: string): Record<string, string> {
  const headers: Record<string, string> = { 'x-request-id': requestId }
  for (const [name, value] of response.headers) {
    if (name !== 'set-cookie' && name !== 'content-length') headers[name] = value
  }
  for (const [at, cookie] of response.headers.getSetCookie().entries()) {
    headers[inCase('set-cookie', at)] = cookie
  }
  return headers
}

function inCase(name: string, number: number): string {
  let letter = 0
  return name.replace(/[a-z]/g, (char) => ((number >> letter++) & 1 ? char.toUpperCase() : char))
}

async function streamed(
  exchange: Exchange,
  body: ReadableStream<Uint8Array>,
  head: { status: number; headers: Record<string, string> },
  signal: AbortSignal,
): Promise<void> {
  if (signal.aborted) {
    await body.cancel()
    return
  }
  const stream = exchange.stream(head)
  stream.flush()
  const reader = body.getReader()
  signal.addEventListener('abort', () => void reader.cancel().catch(() => {}))
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) break
      await stream.write(value)
    }
    stream.end(null)
  } catch {
    stream.abort()
  }
}
