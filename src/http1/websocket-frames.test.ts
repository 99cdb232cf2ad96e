/** WebSocket frames: what is read from them, however they are split, and what is rejected. */
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { closeFrame, FrameReader, WebSocketError } from './websocket-frames.ts'

interface Frame {
  opcode: number
  final?: boolean
  payload?: Buffer
  masked?: boolean
  reserved?: number
}

function frame({
  opcode,
  final = true,
  payload = Buffer.alloc(0),
  masked = false,
  reserved = 0,
}: Frame): Buffer {
  const size = payload.length
  const first = (final ? 0x80 : 0) | reserved | opcode
  const bit = masked ? 0x80 : 0
  const head = size < 126 ? Buffer.from([first, bit | size]) : Buffer.alloc(size < 65536 ? 4 : 10)
  if (size >= 126) {
    head[0] = first
    head[1] = bit | (size < 65536 ? 126 : 127)
    if (size < 65536) head.writeUInt16BE(size, 2)
    else head.writeBigUInt64BE(BigInt(size), 2)
  }
  if (!masked) return Buffer.concat([head, payload])
  const mask = Buffer.from([1, 2, 3, 250])
  return Buffer.concat([head, mask, payload.map((byte, at) => byte ^ (mask[at % 4] as number))])
}

function read(pieces: readonly Buffer[], masked: boolean) {
  const found: string[] = []
  const reader = new FrameReader(masked, {
    text: (message) => void found.push(message),
    close: () => void found.push('(close)'),
  })
  for (const piece of pieces) reader.push(piece)
  return found
}

function codeOf(bytes: Buffer, masked = false): number | null {
  try {
    read([bytes], masked)
    return null
  } catch (error) {
    if (error instanceof WebSocketError) return error.code
    throw error
  }
}

describe('messages', () => {
  const text = fc.oneof(fc.string(), fc.constant('x'.repeat(70_000)), fc.constant('文'.repeat(200)))
  test('are read the same however their bytes and fragments are cut', () => {
    fc.assert(
      fc.property(
        fc.array(text, { maxLength: 5 }),
        fc.boolean(),
        fc.array(fc.nat(500), { maxLength: 20 }),
        (messages, masked, cuts) => {
          const frames = messages.flatMap((message) => {
            const payload = Buffer.from(message)
            const half = payload.length >> 1
            return [
              frame({ opcode: 1, final: false, payload: payload.subarray(0, half), masked }),
              frame({ opcode: 9, payload: Buffer.from('ping'), masked }),
              frame({ opcode: 0, payload: payload.subarray(half), masked }),
              frame({ opcode: 2, payload: Buffer.from([255, 0]), masked }),
            ]
          })
          const bytes = Buffer.concat([...frames, closeFrame(1000, 'bye', masked)])
          const places = [
            0,
            ...cuts.filter((cut) => cut < bytes.length).sort((a, b) => a - b),
            bytes.length,
          ]
          const pieces = places.slice(1).map((end, at) => bytes.subarray(places[at], end))
          expect(read(pieces, masked)).toEqual([...messages, '(close)'])
        },
      ),
    )
  })

  test('that are too long to be read pass unread', () => {
    const payload = Buffer.alloc(2 * 1024 * 1024, 'x')
    expect(
      read([frame({ opcode: 1, payload }), frame({ opcode: 1, payload: Buffer.from('a') })], false),
    ).toEqual(['a'])
  })
})

test('bytes are released up to the end of the last whole message', () => {
  const reader = new FrameReader(false, { text() {}, close() {} })
  const one = frame({ opcode: 1, payload: Buffer.from('one') })
  const sound = frame({ opcode: 2, payload: Buffer.alloc(300) })
  const begun = frame({ opcode: 1, final: false, payload: Buffer.from('t') })
  const rest = frame({ opcode: 0, payload: Buffer.from('wo') })
  const ping = frame({ opcode: 9 })
  expect(reader.push(one.subarray(0, 1))).toBe(0)
  expect(reader.push(one.subarray(1, 4))).toBe(0)
  expect(reader.push(Buffer.concat([one.subarray(4), one]))).toBe(1 + one.length)
  // What is not text is passed as it arrives.
  expect(reader.push(sound.subarray(0, 200))).toBe(200)
  expect(reader.push(Buffer.concat([sound.subarray(200), begun, ping]))).toBe(sound.length - 200)
  expect(reader.push(Buffer.concat([rest, begun]))).toBe(rest.length)
})

test.each([
  ['a reserved bit', frame({ opcode: 1, reserved: 0x40 }), 1002],
  ['an unknown opcode', frame({ opcode: 3 }), 1002],
  ['an unknown control opcode', frame({ opcode: 11 }), 1002],
  ['a control frame in fragments', frame({ opcode: 9, final: false }), 1002],
  ['a long control frame', frame({ opcode: 9, payload: Buffer.alloc(126) }), 1002],
  ['a continuation of nothing', frame({ opcode: 0 }), 1002],
  [
    'a message inside a message',
    Buffer.concat([frame({ opcode: 1, final: false }), frame({ opcode: 1 })]),
    1002,
  ],
  ['a mask of a server', frame({ opcode: 1, masked: true }), 1002],
  ['a frame without end', Buffer.from([0x82, 127, 0x7f, 255, 255, 255, 255, 255, 255, 255]), 1009],
])('%s is refused', (_, bytes, code) => {
  expect(codeOf(bytes)).toBe(code)
})

test('a client must mask', () => {
  expect(codeOf(frame({ opcode: 1 }), true)).toBe(1002)
})

test('any bytes are read or refused', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.boolean(), (bytes, masked) => {
      expect([null, 1002, 1009]).toContain(codeOf(Buffer.from(bytes), masked))
    }),
  )
})
