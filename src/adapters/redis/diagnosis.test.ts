/** What listens but is not a Redis that lets us in, on sockets of this process. */
import { afterEach, expect, test } from 'bun:test'
import { whyNoConnection } from './diagnosis.ts'

let listener: Bun.TCPSocketListener | null = null
afterEach(() => listener?.stop(true))

test('one that accepts connections and stays silent does not answer', async () => {
  listener = Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { data() {} } })
  const place = `127.0.0.1:${listener.port}`
  expect(await whyNoConnection(`redis://:secret-7@${place}`, 100)).toBe(`${place} does not answer`)
})

test.each([
  ['redis://', 'set REDIS_PASSWORD'],
  ['redis://:secret-7@', 'refuses the user or password, or is not Redis'],
])('one that hangs up on %s is named without the password', async (before, words) => {
  listener = Bun.listen({
    hostname: '127.0.0.1',
    port: 0,
    socket: { data: (socket) => void socket.end() },
  })
  const why = await whyNoConnection(`${before}127.0.0.1:${listener.port}`, 1000)
  expect(why).toContain(words)
  expect(why).not.toContain('secret-7')
})
