/** An upstream ends idle connections just when the next request is on its way: each is answered, once. */
import { afterAll, describe, expect, test } from 'bun:test'
import type { UpstreamSetting } from '../../support/gateway.ts'
import { chatCompletion, jsonReply, startMockUpstream } from '../../support/mock/mock-upstream.ts'
import { pause } from '../../support/waiting.ts'
import { type Answer, ask } from '../asking.ts'
import { since, startRig } from '../rig.ts'

const IDLE_MS = 30
const ROUNDS = 12
/** A request is on its way for a millisecond or two before it is at the upstream. */
const OFFSETS_MS = [-4, -3, -2, -1, 0, 1]

const fin = await startMockUpstream({ idle: { afterMs: IDLE_MS, how: 'fin' } })
const rst = await startMockUpstream({ idle: { afterMs: IDLE_MS, how: 'rst' } })
const mocks = { fin, rst }
const rig = await startRig({
  upstreams: () =>
    (['fin', 'rst'] as const).map(
      (name): UpstreamSetting => ({
        name,
        baseUrl: mocks[name].url,
        provider: 'compatible',
        models: [name],
      }),
    ),
})
afterAll(async () => {
  await rig.close()
  await fin.close()
  await rst.close()
}, 60_000)

describe.each(['fin', 'rst'] as const)('an idle connection that ends by %s', (name) => {
  const mock = mocks[name]
  mock.script(() => jsonReply(200, chatCompletion('hello')))

  test.each(OFFSETS_MS)('%d ms from the next request', async (offsetMs) => {
    await ask(rig.gateway, name)
    const answers: Answer[] = []
    for (let round = 0; round < ROUNDS; round++) {
      await pause(IDLE_MS + offsetMs)
      const from = mock.ledger.length
      const answer = await ask(rig.gateway, name)
      expect(answer.status).toBe(200)
      expect(answer.text).toContain('hello')
      const arrived = since(mock, from)
      expect(arrived.filter(({ bytesSent }) => bytesSent > 0)).toHaveLength(1)
      expect(arrived.length).toBeLessThanOrEqual(answer.attempts)
      expect(answer.attempts).toBeLessThanOrEqual(2)
      answers.push(answer)
    }
    // Not before, for a look at the store takes longer than a connection may be idle.
    for (const answer of answers) expect((await answer.row()).attempts).toBe(answer.attempts)
  })
})
