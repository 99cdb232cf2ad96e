/** What the live view shows to whom, and how it ends with its session. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { type Gateway, startGateway } from '../support/gateway.ts'
import { waitFor } from '../support/waiting.ts'
import { type ConsoleClient, consoleClient, signedInAdmin, signedInAs } from './console-client.ts'

let gateway: Gateway
let admin: ConsoleClient
let alice: ConsoleClient & { id: number }
let secret = ''

const ask = () =>
  gateway.chat(
    { model: 'demo/echo', messages: [{ role: 'user', content: 'hello' }] },
    { headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' } },
  )

beforeAll(async () => {
  gateway = await startGateway()
  admin = await signedInAdmin(gateway)
  alice = await signedInAs(gateway, admin, { username: 'alice', role: 'user' })
  const made = await admin.call('POST', '/keys', { user_id: alice.id, name: 'laptop' })
  secret = ((await made.json()) as { secret: string }).secret
  await waitFor('the key to work', async () => (await ask()).status === 200)
})
afterAll(() => gateway.stop())

describe('the live view', () => {
  const watch = async (client: ConsoleClient) => {
    const reply = await client.call('GET', '/events')
    expect(reply.headers.get('content-type')).toContain('text/event-stream')
    expect(reply.headers.get('x-accel-buffering')).toBe('no')
    const reader = (reply.body as ReadableStream<Uint8Array>).getReader()
    const decoder = new TextDecoder()
    let text = ''
    const until = async (part: string): Promise<string> => {
      while (!text.includes(part)) {
        const { done, value } = await reader.read()
        if (done) throw new Error(`the stream ended: ${text}`)
        text += decoder.decode(value, { stream: true })
      }
      return text
    }
    return {
      until,
      ended: async () => {
        for (;;) if ((await reader.read()).done) return
      },
      close: () => reader.cancel(),
    }
  }

  test('shows a request as it ends, without asking the database', async () => {
    const view = await watch(admin)
    await view.until('event: clock')
    const reply = await ask()
    const text = await view.until(reply.headers.get('x-request-id') ?? 'none')
    expect(text).toContain('"username":"alice"')
    await view.close()
  })

  test('shows users only their own requests', async () => {
    const bob = await signedInAs(gateway, admin, { username: 'bob', role: 'user' })
    const [mine, others] = [await watch(alice), await watch(bob)]
    const reply = await ask()
    await mine.until(reply.headers.get('x-request-id') ?? 'none')
    // The gauge of the same tick would have come with it.
    const seen = await others.until('event: clock')
    await Promise.all([mine.close(), others.close()])
    expect(seen).not.toContain('event: request')
  })

  test('ends with its session, and needs one', async () => {
    expect((await consoleClient(gateway).call('GET', '/events')).status).toBe(401)
    const carol = await signedInAs(gateway, admin, { username: 'carol', role: 'viewer' })
    const view = await watch(carol)
    await carol.call('DELETE', '/session')
    await view.until('event: bye')
    await view.ended()
  })
})
