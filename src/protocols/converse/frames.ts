/**
 * Cuts a byte stream into the frames of `application/vnd.amazon.eventstream`, as Bedrock streams them.
 *
 * A frame: total length, length of the headers, CRC of these two (4 bytes each, big-endian); headers;
 * payload; CRC of all that precedes it.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/RESTSelectObjectAppendix.html
 */

const PRELUDE_BYTES = 12
const CRC_BYTES = 4
/** AWS sends at most 16 MiB of payload and 128 KiB of headers; anything larger is not a frame. */
const MAX_FRAME_BYTES = (16 << 20) + (128 << 10) + PRELUDE_BYTES + CRC_BYTES

export interface Frame {
  /** Only headers whose value is a string; the protocol's own (`:event-type` …) all are. */
  headers: Readonly<Record<string, string>>
  payload: Uint8Array
}

export class FrameError extends Error {}

/** A class rather than closures: one object per stream keeps its state on few cache lines. */
export class FrameSplitter {
  private pending: Uint8Array = new Uint8Array(0)

  /** Bytes of a frame that has not arrived completely; not 0 at the end of a stream means it was cut. */
  get pendingBytes(): number {
    return this.pending.length
  }

  /** All frames that `chunk` completes. Throws FrameError if a length or a checksum is wrong. */
  push(chunk: Uint8Array): Frame[] {
    let bytes = this.pending.length === 0 ? chunk : concatenated(this.pending, chunk)
    const frames: Frame[] = []
    while (bytes.length >= PRELUDE_BYTES) {
      const length = frameLength(bytes)
      if (bytes.length < length) break
      frames.push(readFrame(bytes.subarray(0, length)))
      bytes = bytes.subarray(length)
    }
    // A copy, because the transport reuses its buffer for the next read.
    this.pending = bytes.slice()
    return frames
  }
}

/** The whole length of the frame that starts `bytes`, after its checksum is verified. */
function frameLength(bytes: Uint8Array): number {
  const view = viewOf(bytes)
  const total = view.getUint32(0)
  const headers = view.getUint32(4)
  if (Bun.hash.crc32(bytes.subarray(0, 8)) !== view.getUint32(8))
    throw new FrameError('event stream: the checksum of a frame prelude is wrong')
  if (total > MAX_FRAME_BYTES || total < PRELUDE_BYTES + headers + CRC_BYTES)
    throw new FrameError(`event stream: invalid frame length ${total}`)
  return total
}

function readFrame(bytes: Uint8Array): Frame {
  const view = viewOf(bytes)
  const end = bytes.length - CRC_BYTES
  if (Bun.hash.crc32(bytes.subarray(0, end)) !== view.getUint32(end))
    throw new FrameError('event stream: the checksum of a frame is wrong')
  const payloadStart = PRELUDE_BYTES + view.getUint32(4)
  return {
    headers: readHeaders(bytes.subarray(PRELUDE_BYTES, payloadStart)),
    payload: bytes.slice(payloadStart, end),
  }
}

/** Value sizes by type: true, false, byte, short, integer, long; 8 timestamp, 9 UUID. */
const FIXED_SIZES: Readonly<Record<number, number>> = {
  0: 0,
  1: 0,
  2: 1,
  3: 2,
  4: 4,
  5: 8,
  8: 8,
  9: 16,
}
const STRING = 7
const DECODER = new TextDecoder()

function readHeaders(bytes: Uint8Array): Record<string, string> {
  const headers: Record<string, string> = {}
  const view = viewOf(bytes)
  let at = 0
  try {
    while (at < bytes.length) {
      const nameEnd = at + 1 + view.getUint8(at)
      const type = view.getUint8(nameEnd)
      const fixed = FIXED_SIZES[type]
      const valueStart = nameEnd + (fixed === undefined ? 3 : 1)
      const valueEnd = valueStart + (fixed ?? view.getUint16(nameEnd + 1))
      if (valueEnd > bytes.length) throw new RangeError()
      const name = DECODER.decode(bytes.subarray(at + 1, nameEnd))
      if (type === STRING) headers[name] = DECODER.decode(bytes.subarray(valueStart, valueEnd))
      at = valueEnd
    }
  } catch (error) {
    if (error instanceof RangeError) throw new FrameError('event stream: a header is cut off')
    throw error
  }
  return headers
}

/** What a reader takes of a frame: its payload, and the name of the event or exception. */
export function frameEvent({ headers, payload }: Frame): { name: string; data: string } {
  const name = headers[':event-type'] ?? headers[':exception-type'] ?? ''
  return { name, data: DECODER.decode(payload) }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

function concatenated(first: Uint8Array, second: Uint8Array): Uint8Array {
  const whole = new Uint8Array(first.length + second.length)
  whole.set(first)
  whole.set(second, first.length)
  return whole
}
