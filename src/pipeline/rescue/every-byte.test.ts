/** Streams that are cut at every byte: the client's text is whole, said once, and has one end. */
import { describe, expect, test } from 'bun:test'
import { upstreamKey } from '../../../test/support/in-process/entities.ts'
import { inProcess } from '../../../test/support/in-process/gateway.ts'
import { SPOKEN, spokenAt } from '../../../test/support/spoken/index.ts'
import { storyOf, storyteller } from '../../../test/support/spoken/storyteller.ts'

const STORY = storyOf(8)
const NAMED = SPOKEN.map((format) => ({ format, name: format.name }))
/** Every fourth place in one test, so that each is short. */
const SHARES = [0, 1, 2, 3]

describe.each(NAMED)('a stream of $name', ({ format }) => {
  test.each(SHARES)(
    'is whole wherever it is cut (4n + %d bytes)',
    async (share) => {
      const question = { model: 'm', stream: true, ...format.question('m', true) }
      const answer = storyteller(STORY, { id: 'first' }).answer(format, question)
      const bytes = Buffer.from(answer === null ? '' : format.events(answer).join(''))
      for (let length = share; length < bytes.length; length += SHARES.length) {
        const gateway = await inProcess(
          (request, index) => {
            if (index === 0) return { body: [new Uint8Array(bytes.subarray(0, length)), 'cut'] }
            const spoken = spokenAt(request.url)
            const rest = storyteller(STORY, { id: 'second' }).answer(
              spoken,
              JSON.parse(String(request.body)),
            )
            return { body: rest === null ? [] : spoken.events(rest) }
          },
          { upstreams: [1, 2].map((id) => upstreamKey(id, { provider: format.provider })) },
        )
        const { protocol, endpoint } = format
        const { text, record } = await gateway.ask(question, { protocol, endpoint })
        const read = format.read(text)
        expect({ length, ...read }).toMatchObject({ length, text: STORY, errors: [], flaws: [] })
        expect([length, read.reasons.length, record?.outcome]).toEqual([length, 1, 'ok'])
      }
    },
    60_000,
  )
})
