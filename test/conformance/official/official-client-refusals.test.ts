/** Each major of the official client gets its own error classes, and retries only if that helps. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mintProxyKey } from '../../../src/access/proxy-key.ts'
import { jsonReply } from '../../support/mock/mock-upstream.ts'
import { errorOf } from '../assemble.ts'
import { CHAT_MODEL, QUESTION, startClientRig, upstreamError } from '../client-rig.ts'
import type { Rig } from '../rig.ts'
import { countingClient, MAJORS } from './official-client.ts'

let rig: Rig
beforeAll(async () => {
  rig = await startClientRig()
})
afterAll(() => rig.close())

const ask = (model: string) => ({ model, messages: QUESTION })
const WRONG_KEYS = [
  ['malformed', 'sk-proxy-nobody'],
  ['well-formed but unknown', mintProxyKey(new Uint8Array(64))],
] as const

for (const [name, Official] of MAJORS) {
  describe(name, () => {
    const counted = (options: { apiKey?: string; maxRetries?: number } = {}) =>
      countingClient(Official, rig, options)

    for (const [which, apiKey] of WRONG_KEYS) {
      test(`a ${which} key is an AuthenticationError that is not retried`, async () => {
        const { client, sent } = counted({ apiKey })
        const call = client.chat.completions.create(ask(CHAT_MODEL))
        const error = await errorOf(call, Official.AuthenticationError)
        expect(error.code).toBe('invalid_api_key')
        expect(sent()).toBe(1)
      })
    }

    test('an unknown model is a NotFoundError that names the parameter and is not retried', async () => {
      const { client, sent } = counted()
      const error = await errorOf(
        client.chat.completions.create(ask('no-such-model')),
        Official.NotFoundError,
      )
      expect([error.code, error.param]).toEqual(['model_not_found', 'model'])
      expect(sent()).toBe(1)
    })

    test('looking at an unknown model is a NotFoundError', async () => {
      const error = await errorOf(
        counted().client.models.retrieve('no-such-model'),
        Official.NotFoundError,
      )
      expect(error.code).toBe('model_not_found')
    })

    test('an unknown route is a NotFoundError', async () => {
      const error = await errorOf(counted().client.get('/no/such/route'), Official.NotFoundError)
      expect(error.code).toBe('not_found')
    })

    test('a body without a model is a BadRequestError that never leaves the gateway', async () => {
      const before = rig.mock.ledger.length
      const error = await errorOf(
        counted().client.post('/chat/completions', { body: { messages: QUESTION } }),
        Official.BadRequestError,
      )
      expect(error.param).toBe('model')
      expect(rig.mock.ledger.length).toBe(before)
    })

    test("an upstream's refusal is a BadRequestError that is not retried", async () => {
      rig.mock.script(() => jsonReply(400, upstreamError('context_length_exceeded')))
      const before = rig.mock.ledger.length
      const { client, sent } = counted()
      const error = await errorOf(
        client.chat.completions.create(ask(CHAT_MODEL)),
        Official.BadRequestError,
      )
      expect(error.code).toBe('context_length_exceeded')
      expect([sent(), rig.mock.ledger.length - before]).toEqual([1, 1])
    })
  })
}
