/**
 * A message in AWS's event stream encoding, written by hand: unit tests have no packages of vendors.
 * https://docs.aws.amazon.com/transcribe/latest/dg/streaming-setting-up.html#streaming-event-stream
 */
import { crc32 } from 'node:zlib'

const TYPE_STRING = 7
/** Both lengths and their checksum. */
const PRELUDE_BYTES = 12
const CHECKSUM_BYTES = 4

export function plainFrame(name: string, payload: unknown, type = 'event'): Uint8Array {
  const kind = type === 'event' ? ':event-type' : ':exception-type'
  const headers = Buffer.concat([header(':message-type', type), header(kind, name)])
  const body = Buffer.from(JSON.stringify(payload))
  const prelude = Buffer.alloc(PRELUDE_BYTES)
  prelude.writeUInt32BE(PRELUDE_BYTES + headers.length + body.length + CHECKSUM_BYTES, 0)
  prelude.writeUInt32BE(headers.length, 4)
  prelude.writeUInt32BE(crc32(prelude.subarray(0, 8)), 8)
  const message = Buffer.concat([prelude, headers, body])
  const checksum = Buffer.alloc(CHECKSUM_BYTES)
  checksum.writeUInt32BE(crc32(message))
  return Buffer.concat([message, checksum])
}

function header(name: string, value: string): Buffer {
  const length = Buffer.alloc(2)
  length.writeUInt16BE(value.length)
  return Buffer.concat([
    Buffer.from([name.length]),
    Buffer.from(name),
    Buffer.from([TYPE_STRING]),
    length,
    Buffer.from(value),
  ])
}
