/** If the official client disconnects, its upstream request ends. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { chatChunks } from '../../support/mock/mock-upstream.ts'
import { errorOf } from '../assemble.ts'
import { bodyChunk, event, STREAM_HEAD } from '../chunked-reply.ts'
import { CHAT_MODEL, QUESTION, startClientRig } from '../client-rig.ts'
import type { Rig } from '../rig.ts'
import { countingClient, MAJORS } from './official-client.ts'

let rig: Rig
beforeAll(async () => {
  rig = await startClientRig()
})
afterAll(() => rig.close())

for (const [name, Official] of MAJORS) {
  describe(name, () => {
    test('leaving in the middle of a stream cancels the upstream request', async () => {
      // The first one has only the role, and is held back until there are words.
      const [role = '', first = ''] = chatChunks('Hello')
      rig.mock.script(() => [STREAM_HEAD, bodyChunk(event(role) + event(first)), 'stall'])
      const index = rig.mock.ledger.length
      const { client } = countingClient(Official, rig)
      const stream = await client.chat.completions.create({
        model: CHAT_MODEL,
        messages: QUESTION,
        stream: true,
      })
      let chunks = 0
      for await (const _ of stream) {
        chunks++
        break
      }
      expect(chunks).toBe(1)
      await rig.mock.closedByPeer(await rig.mock.exchangeArrived(index))
    })

    test('aborting before the response cancels the upstream request and is not reported as an error', async () => {
      rig.mock.script(() => ['stall'])
      const index = rig.mock.ledger.length
      const leaving = new AbortController()
      const { client, sent } = countingClient(Official, rig)
      const question = { model: CHAT_MODEL, messages: QUESTION }
      const call = client.chat.completions.create(question, { signal: leaving.signal })
      const refused = errorOf(call, Official.APIUserAbortError)
      const exchange = await rig.mock.exchangeArrived(index)
      leaving.abort()
      await refused
      await rig.mock.closedByPeer(exchange)
      expect(sent()).toBe(1)
    })
  })
}
