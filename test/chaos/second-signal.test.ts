/** Ctrl-C under `npm start` arrives twice; only a second signal that comes later aborts running requests. */
import { expect, test } from 'bun:test'
import { startGateway } from '../support/gateway.ts'
import { chatCompletion, jsonReply, startMockUpstream } from '../support/mock/mock-upstream.ts'
import { pause, waitFor } from '../support/waiting.ts'

test.each([
  ['at once, as npm passes it on', 50, 200, 0],
  ['a good second later', 1_200, null, 1],
] as const)(
  'a second signal %s',
  async (_, pauseMs, status, exitCode) => {
    const held = Promise.withResolvers<void>()
    const mock = await startMockUpstream({
      script: async () => {
        await held.promise
        return jsonReply(200, chatCompletion('done'))
      },
    })
    const gateway = await startGateway({ upstreams: [{ baseUrl: mock.url, models: ['m'] }] })
    const answer = gateway
      .chat({ model: 'm', messages: [{ role: 'user', content: 'hi' }] })
      .then(async (response) => {
        await response.arrayBuffer()
        return response.status
      })
      .catch(() => null)
    await waitFor('the request at the upstream', () => mock.ledger.length > 0)
    gateway.signal('SIGINT')
    await waitFor('the first signal', () => gateway.logs().includes('"stopping'))
    await pause(pauseMs)
    gateway.signal('SIGINT')
    if (status !== null) {
      await pause(300)
      held.resolve()
    }
    expect([await answer, await gateway.exited]).toEqual([status, exitCode])
    held.resolve()
    await mock.close()
  },
  30_000,
)
