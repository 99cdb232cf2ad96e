/** Gemini's Live API by Google's own client, which builds its address in its own way and waits for its setup. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { GoogleGenAI, type LiveServerMessage } from '@google/genai'
import { type Gateway, startGateway } from '../../../support/gateway.ts'
import {
  GEMINI_SECRET,
  type GeminiMock,
  startGeminiMock,
} from '../../../support/vendors/gemini-mock.ts'
import { waitFor } from '../../../support/waiting.ts'

const MODEL = 'gemini-2.5-flash-live'

let mock: GeminiMock
let gateway: Gateway
beforeAll(async () => {
  mock = startGeminiMock()
  gateway = await startGateway({
    upstreams: [{ name: 'google', provider: 'gemini', baseUrl: mock.url, key: GEMINI_SECRET }],
  })
})
afterAll(async () => {
  await gateway.stop()
  await mock.stop()
})

/** Resolves with what happened, whatever it was: the client itself says nothing if its connection is refused. */
async function oneTurn(base: string, apiKey = gateway.proxyKey): Promise<string[]> {
  const seen: string[] = []
  const ended = Promise.withResolvers<void>()
  const client = new GoogleGenAI({ apiKey, httpOptions: { baseUrl: gateway.origin + base } })
  const connecting = client.live.connect({
    model: MODEL,
    callbacks: {
      onopen: () => seen.push('open'),
      onmessage: ({ setupComplete, serverContent }: LiveServerMessage) => {
        if (setupComplete) seen.push('set up')
        if (serverContent?.turnComplete) seen.push('turn')
      },
      onerror: ({ message }) => seen.push(String(message)),
      onclose: () => ended.resolve(),
    },
  })
  const session = await Promise.race([connecting, ended.promise])
  if (!session) return seen
  session.sendClientContent({ turns: 'Hello', turnComplete: true })
  await waitFor('the turn', () => seen.includes('turn'))
  session.close()
  await ended.promise
  return seen
}

describe('Google’s client has a session', () => {
  test.each(['', '/', '/gemini', '/v1beta'])('with the base URL ORIGIN%s', async (base) => {
    expect(await oneTurn(base)).toEqual(['open', 'set up', 'turn'])
  })

  test('in each of a hundred connections, eight at a time', async () => {
    const turns = Array.from({ length: 8 }, async () => {
      const all: string[][] = []
      for (let count = 0; count < 13; count++) all.push(await oneTurn(''))
      return all
    })
    for (const seen of (await Promise.all(turns)).flat())
      expect(seen).toEqual(['open', 'set up', 'turn'])
  })
})

test('with a wrong key it hears of the refusal', async () => {
  expect(await oneTurn('', 'sk-proxy-wrong')).toEqual([expect.stringContaining('401')])
})
