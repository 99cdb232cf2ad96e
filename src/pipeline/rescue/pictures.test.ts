/** Streams with a picture that break: what the client has of it comes once, and no broken answer looks whole. */
import { describe, expect, test } from 'bun:test'
import { upstreamKey } from '../../../test/support/in-process/entities.ts'
import { inProcess } from '../../../test/support/in-process/gateway.ts'
import { data } from '../../../test/support/spoken/format.ts'
import { SPOKEN } from '../../../test/support/spoken/index.ts'

const PICTURE = 'iVBORw0KGgo='
const piece = (part: object, finishReason?: string) =>
  data({
    candidates: [{ content: { role: 'model', parts: [part] }, index: 0, finishReason }],
    responseId: 'r',
    modelVersion: 'm',
    usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 9, totalTokenCount: 12 },
  })
const TEXT = piece({ text: 'A cat.' })
const DRAWN = piece({ inlineData: { mimeType: 'image/png', data: PICTURE } })
const END = piece({ text: '' }, 'STOP')

const CLIENTS = SPOKEN.filter(({ name }) => name === 'chat' || name === 'gemini')

describe.each(CLIENTS.map((client) => ({ client, name: client.name })))(
  'a picture for $name',
  ({ client }) => {
    async function ask(first: readonly string[], second: readonly string[]) {
      const gateway = await inProcess(
        (_, index) => ({ body: index === 0 ? [...first, 'cut'] : [...second] }),
        { upstreams: [1, 2].map((id) => upstreamKey(id, { provider: 'gemini' })) },
      )
      const question = { model: 'm', stream: true, ...client.question('m', true) }
      const { protocol, endpoint } = client
      const { text, record } = await gateway.ask(question, { protocol, endpoint })
      const read = client.read(text)
      return { read, record, pictures: text.split(PICTURE).length - 1 }
    }

    test('comes from the next target if nothing was sent', async () => {
      const { read, record, pictures } = await ask([], [TEXT, DRAWN, END])
      expect([read.text, pictures, read.errors]).toEqual(['A cat.', 1, []])
      expect(record?.outcome).toBe('ok')
    })

    test('follows the text that another target began', async () => {
      const { read, record, pictures } = await ask([TEXT], [DRAWN, END])
      expect([read.text, pictures, read.errors, read.flaws]).toEqual(['A cat.', 1, [], []])
      expect([read.reasons.length, record?.outcome]).toEqual([1, 'ok'])
    })

    test('that was sent is not followed by another one: the stream ends as broken', async () => {
      const { read, record } = await ask([TEXT, DRAWN], [TEXT, DRAWN, END])
      expect([read.text, read.errors.length, read.reasons]).toEqual(['A cat.', 1, []])
      expect(record?.outcome).toBe('cut')
    })
  },
)
