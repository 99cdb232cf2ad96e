/** An upload with its bounds: so many bytes, and never silent for longer. */
import { GatewayError } from '../../core/errors.ts'
import type { Deadlines } from '../../pipeline/deadlines.ts'
import type { BodySource } from '../../upstreams/transport.ts'
import type { BodyStream } from '../server/body-stream.ts'

export interface UploadLimits {
  maxBytes: number
  /** A client that sends nothing for this long is cut. */
  idleMs: number
}

/** Throws `request_too_large` if the client says so before it sends anything. */
export function boundedSource(
  source: BodyStream,
  { maxBytes, idleMs }: UploadLimits,
  deadlines: Deadlines,
): BodySource {
  if (source.length !== null && source.length > maxBytes) throw tooLarge(maxBytes)
  const deadline = deadlines.open()
  let size = 0
  const counted = (bytes: Uint8Array | null): Uint8Array | null => {
    size += bytes?.length ?? 0
    if (size > maxBytes) throw tooLarge(maxBytes)
    return bytes
  }
  const awaited = async (next: Promise<Uint8Array | null>): Promise<Uint8Array | null> => {
    deadline.set(idleMs, () => source.fail(new Error(`nothing arrived for ${idleMs} ms`)))
    try {
      return counted(await next)
    } finally {
      deadline.clear()
    }
  }
  return {
    length: source.length,
    next() {
      const next = source.next()
      return next instanceof Promise ? awaited(next) : counted(next)
    },
  }
}

function tooLarge(maxBytes: number): GatewayError {
  return new GatewayError(
    'request_too_large',
    `gateway: the upload is larger than ${maxBytes} bytes (MAX_UPLOAD_BYTES).`,
    { headers: { connection: 'close' } },
  )
}
