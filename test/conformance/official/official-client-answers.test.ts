/** Each major of the official client gets the same through the gateway as directly from the upstream. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import {
  chatChunks,
  chatCompletion,
  jsonReply,
  sseReply,
} from '../../support/mock/mock-upstream.ts'
import {
  CHAT_MODEL,
  COMPLETION,
  COMPLETION_MODEL,
  EMBEDDING_MODEL,
  embeddingReply,
  QUESTION,
  startClientRig,
} from '../client-rig.ts'
import type { Rig } from '../rig.ts'
import { type Client, countingClient, directClient, MAJORS } from './official-client.ts'

let rig: Rig
beforeAll(async () => {
  rig = await startClientRig()
})
afterAll(() => rig.close())

const CHAT = { model: CHAT_MODEL, messages: QUESTION }

for (const [name, Official] of MAJORS) {
  describe(name, () => {
    const through = () => countingClient(Official, rig).client
    const both = async (call: (client: Client) => Promise<unknown>) => {
      const expected = await call(directClient(Official, rig))
      expect(await call(through())).toEqual(expected)
      return expected
    }

    test('reads a chat answer', async () => {
      const reply = chatCompletion('Hello from upstream')
      rig.mock.script(() => jsonReply(200, reply))
      expect(await both((client) => client.chat.completions.create(CHAT))).toEqual(reply)
    })

    test('reads a chat stream chunk by chunk', async () => {
      rig.mock.script(() => sseReply(chatChunks('Hello, how are you?')))
      const chunks = (await both(async (client) =>
        Array.fromAsync(await client.chat.completions.create({ ...CHAT, stream: true })),
      )) as { choices: { delta: { content?: string } }[] }[]
      const text = chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('')
      expect(text).toBe('Hello, how are you?')
    })

    test('gets usage at the end of a stream only if it asked for it', async () => {
      const withUsage = chatChunks('Hello', { usage: true })
      rig.mock.script(() => sseReply(withUsage))
      const asked = { ...CHAT, stream: true as const, stream_options: { include_usage: true } }
      const chunks = (await both(async (client) =>
        Array.fromAsync(await client.chat.completions.create(asked)),
      )) as { usage?: unknown }[]
      expect(chunks.at(-1)?.usage).toBeObject()

      const silent = await Array.fromAsync(
        await through().chat.completions.create({ ...CHAT, stream: true }),
      )
      expect(silent).toHaveLength(chunks.length - 1)
    })

    test('reads a completion', async () => {
      rig.mock.script(() => jsonReply(200, COMPLETION))
      const call = { model: COMPLETION_MODEL, prompt: 'Hello' }
      expect(await both((client) => client.completions.create(call))).toEqual(COMPLETION)
    })

    test('reads embeddings, which the client requests in base64', async () => {
      rig.mock.script(({ body }) =>
        jsonReply(
          200,
          embeddingReply((JSON.parse(body) as { encoding_format?: string }).encoding_format),
        ),
      )
      const call = { model: EMBEDDING_MODEL, input: 'Hello' }
      const { data } = (await both((client) => client.embeddings.create(call))) as {
        data: { embedding: ArrayLike<number> }[]
      }
      expect(Array.from(data[0]?.embedding ?? [])).toEqual([0.5, -0.25, 0.125])
    })

    test('lists the models and looks at one', async () => {
      const models = await Array.fromAsync(through().models.list())
      expect(models.map(({ id }) => id)).toContain(CHAT_MODEL)
      const { id, object } = await through().models.retrieve(CHAT_MODEL)
      expect({ id, object }).toEqual({ id: CHAT_MODEL, object: 'model' })
    })
  })
}
