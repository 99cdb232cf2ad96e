/** Sums as a gateway of an older version gives them. */
import { expect, test } from 'bun:test'
import type { AdminClient } from './client.ts'
import { remoteUsage } from './reports.ts'

test('kinds that the gateway does not know yet are 0', async () => {
  const items = [{ requests: 2, errors: 0, prompt_tokens: 7 }]
  const client = { call: async () => ({ items }) } as unknown as AdminClient
  const everything = { by: [], fromMs: null, untilMs: null, model: null, upstream: null }
  const [sum] = await remoteUsage(client).summarize({ ...everything, user: null, apiKeyId: null })
  expect(sum).toMatchObject({ requests: 2, promptTokens: 7, images: 0, seconds: 0 })
})
