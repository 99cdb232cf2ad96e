/** A stream that another upstream ended without a word on its usage: what its client is told is what is recorded. */
import { describe, expect, test } from 'bun:test'
import { modelOf, modelTarget, upstreamKey } from '../../../test/support/in-process/entities.ts'
import { inProcess } from '../../../test/support/in-process/gateway.ts'
import { SPOKEN, spokenAt } from '../../../test/support/spoken/index.ts'
import { storyOf, storyteller } from '../../../test/support/spoken/storyteller.ts'

const STORY = storyOf(24)
const CHARGES = ['answer', 'all'] as const
const ACTIONS = ['replace', 'hedge'] as const
const CASES = SPOKEN.flatMap((client) =>
  CHARGES.flatMap((charge) =>
    ACTIONS.map((firstTokenAction) => ({
      client,
      charge,
      firstTokenAction,
      dialect: client.name,
    })),
  ),
)

describe.each(CASES)('$dialect, charged for $charge, $firstTokenAction', (given) => {
  const { client, charge, firstTokenAction } = given
  test('an estimate is the same for the client and in the record', async () => {
    const upstreams = [
      upstreamKey(1, { provider: client.provider }),
      upstreamKey(2, { provider: 'compatible', baseUrl: 'http://up-2.test/v1' }),
      upstreamKey(3, { provider: 'compatible', baseUrl: 'http://up-3.test/v1' }),
    ]
    const targets = [1, 2, 3].map((id) => modelTarget(id, { priority: id }))
    const models = [modelOf(targets, { name: 'm', firstTokenMs: 1000, firstTokenAction })]
    const gateway = await inProcess(
      ({ url, body }, index) => {
        const format = spokenAt(url)
        const teller = storyteller(STORY, { id: index === 0 ? 'first' : 'second' })
        const answer = teller.answer(format, JSON.parse(String(body)))
        const events = answer === null ? [] : format.events(answer)
        if (index === 0) return { body: [...events.slice(0, format.head + 9), 'cut'] }
        // Its reason to stop was there, its usage was not.
        return { body: [...events.slice(0, -2), 'cut'] }
      },
      { upstreams, models, services: { rescue: { mode: 'continue', charge } } },
    )
    const { protocol, endpoint } = client
    const question = { model: 'm', stream: true, ...client.question('m', true) }
    const { text, record } = await gateway.ask(question, { protocol, endpoint })
    const read = client.read(text)
    expect(read).toMatchObject({ text: STORY, errors: [], flaws: [] })
    expect(record).toMatchObject({ outcome: 'ok', estimated: true, upstream: 'up-2' })
    const { promptTokens, completionTokens, totalTokens } = record ?? {}
    expect(read.usage).toEqual({ input: promptTokens, output: completionTokens } as never)
    expect(totalTokens).toBe(Number(promptTokens) + Number(completionTokens))
    const used = record?.attempts.map((each) => each.used)
    const generated = used?.reduce((sum, each) => sum + (each?.completionTokens ?? 0), 0)
    expect(generated).toBe(completionTokens as number)
  })
})
