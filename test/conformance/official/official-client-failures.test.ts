/** Each major of the official client with a failing upstream: its error class and its retry time. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { chatCompletion, jsonReply } from '../../support/mock/mock-upstream.ts'
import { errorOf } from '../assemble.ts'
import {
  CHAT_MODEL,
  FAILING_MODEL,
  FAILING_UPSTREAM,
  QUESTION,
  startClientRig,
  upstreamError,
} from '../client-rig.ts'
import { type Rig, resetKey } from '../rig.ts'
import { countingClient, MAJORS } from './official-client.ts'

let rig: Rig
beforeAll(async () => {
  rig = await startClientRig()
})
afterAll(() => rig.close())

const ask = (model: string) => ({ model, messages: QUESTION })

for (const [name, Official] of MAJORS) {
  describe(name, () => {
    const counted = (maxRetries?: number) =>
      countingClient(Official, rig, maxRetries === undefined ? {} : { maxRetries })

    test("a refused upstream key is not an AuthenticationError, because it isn't the client's key", async () => {
      rig.mock.script(() => jsonReply(401, upstreamError('invalid_api_key')))
      const error = await errorOf(
        counted(0).client.chat.completions.create(ask(FAILING_MODEL)),
        Official.APIError,
      )
      expect<unknown>([error.status, error.code]).toEqual([502, 'upstream_error'])
      await bringBack()
    })

    test('a rate-limited upstream is a RateLimitError with a retry time', async () => {
      rig.mock.script(() =>
        jsonReply(429, upstreamError('rate_limit_exceeded'), { 'retry-after': '30' }),
      )
      const error = await errorOf(
        counted(0).client.chat.completions.create(ask(FAILING_MODEL)),
        Official.RateLimitError,
      )
      expect(error.code).toBe('rate_limit_exceeded')
      expect(headerOf(error, 'retry-after')).toBe('30')
      await bringBack()
    })

    test('an upstream without quota is called once, because the client may not retry', async () => {
      rig.mock.script(() => jsonReply(429, upstreamError('insufficient_quota')))
      const { client, sent } = counted()
      const error = await errorOf(
        client.chat.completions.create(ask(FAILING_MODEL)),
        Official.APIError,
      )
      expect(error.code).toBe('no_available_upstream')
      expect(headerOf(error, 'x-should-retry')).toBe('false')
      expect(sent()).toBe(1)
      await bringBack()
    })

    test('a failing upstream is an InternalServerError that the client retries', async () => {
      rig.mock.script(() => jsonReply(500, upstreamError('server_error')))
      const { client, sent } = counted(1)
      const error = await errorOf(
        client.chat.completions.create(ask(CHAT_MODEL)),
        Official.InternalServerError,
      )
      expect<unknown>([error.status, error.code]).toEqual([502, 'upstream_error'])
      expect(sent()).toBe(2)
    })
  })
}

/** Version 4 has the headers as a plain object, the later ones as `Headers`. */
function headerOf({ headers }: { headers: unknown }, name: string): string | null {
  return new Headers(headers as Record<string, string>).get(name)
}

async function bringBack(): Promise<void> {
  rig.mock.script(() => jsonReply(200, chatCompletion('back again')))
  await resetKey(rig, FAILING_UPSTREAM, async () => (await rig.gateway.chat(ask(FAILING_MODEL))).ok)
}
