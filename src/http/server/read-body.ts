/** Reads a request body within limits on size (checked before buffering) and time. */
import { GatewayError, invalidRequest } from '../../core/errors.ts'
import type { Deadlines } from '../../pipeline/deadlines.ts'
import type { BodyMemory, BodyShare } from './body-memory.ts'
import { malformed } from './connection-errors.ts'
import type { Exchange } from './exchange.ts'

export interface BodyLimits {
  maxBytes: number
  /** Time limit for receiving the whole body. */
  timeoutMs: number
  memory: BodyMemory
}

export interface BodyReading {
  request: Exchange
  limits: BodyLimits
  deadlines: Deadlines
  share: BodyShare
}

/** Reads a JSON body. A promise only if the body has not fully arrived. */
export function readText(reading: BodyReading): string | Promise<string> {
  const { request } = reading
  const arrived = whenWhole(reading)
  return arrived instanceof Promise ? textLater(request, arrived) : textOf(request)
}

async function textLater(request: Exchange, arriving: Promise<void>): Promise<string> {
  await arriving
  return textOf(request)
}

export async function readBytes(reading: BodyReading): Promise<Buffer> {
  await whenWhole(reading)
  return reading.request.bytes()
}

function whenWhole(reading: BodyReading): void | Promise<void> {
  const { request, limits, share } = reading
  const encoding = request.headers.get('content-encoding')
  if (encoding !== null && encoding.toLowerCase() !== 'identity') {
    throw new GatewayError(
      'unsupported_encoding',
      'gateway: compressed request bodies are not supported. Send the body without content-encoding.',
    )
  }
  const length = request.headers.get('content-length')
  if (length !== null && Number(length) > limits.maxBytes) throw tooLarge(limits)
  share.growTo(Number(length ?? 0))
  const early = faultOf(request, limits, share)
  if (early !== null) throw early
  if (!request.whole) return arriving(reading)
}

function arriving({ request, limits, deadlines, share }: BodyReading): Promise<void> {
  return new Promise((resolve, reject) => {
    const deadline = deadlines.open()
    const over = () => {
      deadline.clear()
      request.onBody = null
    }
    request.onBody = () => {
      const fault = faultOf(request, limits, share)
      if (fault === null && !request.whole) return
      over()
      if (fault === null) resolve()
      else reject(fault)
    }
    deadline.set(limits.timeoutMs, () => {
      over()
      reject(tooLate(limits))
    })
    request.askForBody()
  })
}

function textOf(request: Exchange): string {
  const text = request.text()
  if (text === null)
    throw invalidRequest(
      'the body is not UTF-8. Send JSON as UTF-8; check the encoding of your program.',
    )
  return text
}

/** Without a content-length, the size is only known as the body arrives. */
function faultOf(request: Exchange, limits: BodyLimits, share: BodyShare): GatewayError | null {
  if (request.malformed !== null) return malformed(request.malformed)
  if (request.size > limits.maxBytes) return tooLarge(limits)
  if (!request.gone) return noRoom(request, share)
  return new GatewayError(
    'client_closed_request',
    'gateway: the client closed the connection before its request was complete.',
  )
}

function noRoom({ size }: Exchange, share: BodyShare): GatewayError | null {
  try {
    share.growTo(size)
    return null
  } catch (error) {
    if (error instanceof GatewayError) return error
    throw error
  }
}

function tooLarge({ maxBytes }: BodyLimits): GatewayError {
  return new GatewayError(
    'request_too_large',
    `gateway: the body is larger than ${maxBytes} bytes (MAX_BODY_BYTES).`,
    { headers: { connection: 'close' } },
  )
}

function tooLate({ timeoutMs }: BodyLimits): GatewayError {
  return new GatewayError(
    'request_timeout',
    `gateway: the body did not arrive within ${timeoutMs} ms.`,
    { headers: { connection: 'close' } },
  )
}
