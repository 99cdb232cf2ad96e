/** Bytes the socket does not accept at once are later sent unchanged, whatever other connections send. */
import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { Outgoing } from './outgoing.ts'

/** A socket that accepts a limited number of bytes until it is drained. */
function socket(room: number) {
  let left = room
  let taken = ''
  return {
    write(bytes: Uint8Array, from: number, length: number) {
      const most = Math.min(left, length)
      left -= most
      taken += Buffer.from(bytes.subarray(from, from + most)).toString('latin1')
      return most
    },
    makeRoom() {
      left = room
    },
    taken: () => taken,
  }
}

test('what a socket did not take is not touched by what goes to another', () => {
  const [slow, quick] = [socket(10), socket(1_000)]
  const [one, other] = [new Outgoing(slow), new Outgoing(quick)]
  one.send('the head of one ', Buffer.from('and the body of one'), 'plain')
  other.send('THE HEAD OF ANOTHER ', Buffer.from('AND ITS BODY'), 'plain')
  while (one.hasUnsent()) {
    slow.makeRoom()
    one.drained()
  }
  expect(slow.taken()).toBe('the head of one and the body of one')
  expect(quick.taken()).toBe('THE HEAD OF ANOTHER AND ITS BODY')
})

test('many at once, each taking as little as it likes, all get what was sent to them', () => {
  const sendings = fc.array(fc.record({ to: fc.nat(3), text: fc.string({ maxLength: 40 }) }))
  fc.assert(
    fc.property(
      sendings,
      fc.array(fc.integer({ min: 1, max: 9 }), { size: '=', minLength: 4 }),
      (all, rooms) => {
        const sockets = rooms.slice(0, 4).map(socket)
        const outgoing = sockets.map((one) => new Outgoing(one))
        const expected = sockets.map(() => '')
        for (const { to, text } of all) {
          const body = Buffer.from(text)
          outgoing[to]?.send('', body, 'plain')
          expected[to] += body.toString('latin1')
        }
        outgoing.forEach((one, at) => {
          while (one.hasUnsent()) {
            sockets[at]?.makeRoom()
            one.drained()
          }
        })
        expect(sockets.map((one) => one.taken())).toEqual(expected)
      },
    ),
  )
})
