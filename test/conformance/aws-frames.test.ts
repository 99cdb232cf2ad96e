/** The frames are held equal to AWS's own codec, cut at every byte, and refused when a bit flips. */
import { expect, test } from 'bun:test'
import { EventStreamCodec } from '@smithy/core/event-streams'
import { FrameError, FrameSplitter, frameEvent } from '../../src/protocols/converse/frames.ts'

const codec = new EventStreamCodec(
  (bytes) => new TextDecoder().decode(bytes as Uint8Array),
  (text) => new TextEncoder().encode(text),
)

function encode(event: string, payload: string): Uint8Array {
  return codec.encode({
    headers: {
      ':message-type': { type: 'string', value: 'event' },
      ':event-type': { type: 'string', value: event },
      flag: { type: 'boolean', value: true },
      when: { type: 'timestamp', value: new Date(0) },
      blob: { type: 'binary', value: new Uint8Array([1, 2, 3]) },
    },
    body: new TextEncoder().encode(payload),
  })
}

const STREAM = Buffer.concat([
  encode('messageStart', '{"role":"assistant"}'),
  encode('contentBlockDelta', '{"delta":{"text":"größer 🦊"}}'),
  encode('messageStop', '{}'),
])
const read = (splitter: FrameSplitter, ...chunks: Uint8Array[]) =>
  chunks
    .flatMap((chunk) => splitter.push(chunk))
    .map(frameEvent)
    .map(({ name, data }) => [name, data])
const WHOLE = [
  ['messageStart', '{"role":"assistant"}'],
  ['contentBlockDelta', '{"delta":{"text":"größer 🦊"}}'],
  ['messageStop', '{}'],
]

test("reads frames of AWS's own codec, skipping header values that are not text", () => {
  const splitter = new FrameSplitter()
  expect(read(splitter, STREAM)).toEqual(WHOLE)
  expect(splitter.pendingBytes).toBe(0)
})

test('gives the same frames when the stream is cut at any byte', () => {
  for (let at = 0; at <= STREAM.length; at++) {
    expect(read(new FrameSplitter(), STREAM.subarray(0, at), STREAM.subarray(at))).toEqual(WHOLE)
  }
})

test('gives the same frames byte by byte, from a buffer that is reused', () => {
  const splitter = new FrameSplitter()
  const buffer = new Uint8Array(1)
  const frames: unknown[] = []
  for (const byte of STREAM) {
    buffer[0] = byte
    frames.push(...read(splitter, buffer))
  }
  expect(frames).toEqual(WHOLE)
})

test('any flipped bit is noticed, at the latest when the stream ends inside a frame', () => {
  const frame = encode('messageStop', '{"a":1}')
  for (let bit = 0; bit < frame.length * 8; bit++) {
    const broken = frame.slice()
    broken[bit >> 3] = (broken[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    expect(() => new FrameSplitter().push(broken)).toThrow(FrameError)
  }
})

test('a stream that ends inside a frame has bytes left', () => {
  const splitter = new FrameSplitter()
  splitter.push(STREAM.subarray(0, -1))
  expect(splitter.pendingBytes).toBeGreaterThan(0)
})
