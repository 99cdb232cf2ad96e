/** Continuations that break, too, before they add anything: what they began leaves no trace in the client's stream. */
import { describe, expect, test } from 'bun:test'
import { upstreamKey } from '../../../test/support/in-process/entities.ts'
import { inProcess } from '../../../test/support/in-process/gateway.ts'
import { SPOKEN, spokenAt } from '../../../test/support/spoken/index.ts'
import { storyOf, storyteller } from '../../../test/support/spoken/storyteller.ts'

const WORDS = 6
const STORY = storyOf(WORDS)
/** More than an answer of so many words has in any format. */
const MAX_EVENTS = WORDS + 10
const CASES = SPOKEN.flatMap((client) =>
  SPOKEN.map((wire) => ({ client, wire, dialect: client.name, upstreams: wire.name })),
)

describe.concurrent.each(CASES)('for $dialect, by upstreams of $upstreams', ({ client, wire }) => {
  /** The first answer breaks after `words`, the second after `events` of the rest. */
  async function ask(words: number, events: number) {
    const protocol = wire.name === 'responses' ? ('responses' as const) : null
    const more = { provider: wire.provider, protocol }
    const gateway = await inProcess(
      ({ url, body }, index) => {
        const format = spokenAt(url)
        const answer = storyteller(STORY, { id: `${index}` }).answer(format, JSON.parse(`${body}`))
        const all = answer === null ? [] : format.events(answer)
        if (index > 1) return { body: all }
        return { body: [...all.slice(0, index === 0 ? format.head + words : events), 'cut'] }
      },
      {
        upstreams: [1, 2].map((id) =>
          upstreamKey(id, { ...more, baseUrl: `http://up-${id}.test/v1` }),
        ),
      },
    )
    const question = { model: 'm', stream: true, ...client.question('m', true) }
    const { text } = await gateway.ask(question, {
      protocol: client.protocol,
      endpoint: client.endpoint,
    })
    return { words, events, ...client.read(text) }
  }

  test('the stream is whole wherever both break', async () => {
    const places = [1, WORDS - 1, WORDS].flatMap((words) =>
      Array.from({ length: MAX_EVENTS + 1 }, (_, events) => ask(words, events)),
    )
    for (const read of await Promise.all(places)) {
      expect(read).toMatchObject({ text: STORY, errors: [], flaws: [] })
      expect(read.reasons).toHaveLength(1)
    }
  })
})
