/** Reads a request's body: capped in size before it is buffered, and in time. */
import { GatewayError } from '../core/errors.ts'
import { joined } from '../core/sse.ts'
import type { Deadlines } from '../pipeline/deadlines.ts'

export interface BodyLimits {
  maxBytes: number
  /** The whole body must have arrived by then. */
  timeoutMs: number
}

export function readBody(
  request: Request,
  limits: BodyLimits,
  deadlines: Deadlines,
): Promise<string> {
  const encoding = request.headers.get('content-encoding')
  if (encoding !== null && encoding.toLowerCase() !== 'identity') {
    return Promise.reject(
      new GatewayError(
        'unsupported_encoding',
        'gateway: compressed request bodies are not taken. Send the JSON without content-encoding.',
      ),
    )
  }
  const length = request.headers.get('content-length')
  if (length !== null && Number(length) > limits.maxBytes) return Promise.reject(tooLarge(limits))
  // One promise by hand: a race of two costs as much as the reading.
  return new Promise((resolve, reject) => {
    const deadline = deadlines.open()
    deadline.set(limits.timeoutMs, () => reject(tooLate(limits)))
    const whole = length === null ? readCapped(request, limits) : request.text()
    whole.then(
      (text) => {
        deadline.clear()
        resolve(text)
      },
      (error) => {
        deadline.clear()
        reject(error)
      },
    )
  })
}

/** Without a content-length the size is known only as it grows. */
async function readCapped(request: Request, limits: BodyLimits): Promise<string> {
  if (request.body === null) return ''
  const parts: Uint8Array[] = []
  let size = 0
  for await (const part of request.body) {
    size += part.length
    if (size > limits.maxBytes) throw tooLarge(limits)
    parts.push(part)
  }
  return new TextDecoder().decode(joined(parts))
}

function tooLarge({ maxBytes }: BodyLimits): GatewayError {
  return new GatewayError(
    'request_too_large',
    `gateway: the body is larger than ${maxBytes} bytes (MAX_BODY_BYTES).`,
    {
      headers: { connection: 'close' },
    },
  )
}

function tooLate({ timeoutMs }: BodyLimits): GatewayError {
  return new GatewayError(
    'request_timeout',
    `gateway: the body did not arrive within ${timeoutMs} ms.`,
    {
      headers: { connection: 'close' },
    },
  )
}
