/**
 * Failures that upstreams send as if they were a part of an answer: errors in another format's form, an end without a
 * reason to stop, a body without an answer. With a standby, clients of each format get the whole answer.
 */
import { describe, expect, test } from 'bun:test'
import { upstreamKey } from '../../../test/support/in-process/entities.ts'
import { inProcess } from '../../../test/support/in-process/gateway.ts'
import type { Part } from '../../../test/support/in-process/scripted-transport.ts'
import { data, named, type SpokenFormat } from '../../../test/support/spoken/format.ts'
import { SPOKEN, spokenAt } from '../../../test/support/spoken/index.ts'
import { storyOf, storyteller } from '../../../test/support/spoken/storyteller.ts'
import type { ProviderName } from '../../core/providers/providers.ts'

const STORY = storyOf(12)
const OVERLOADED = { message: 'overloaded', type: 'server_error', code: 'overloaded' }

/** Errors as gateways, frameworks and vendors write them, in whichever stream. */
const ERRORS: Readonly<Record<string, string>> = {
  "OpenAI's form": data({ error: OVERLOADED }),
  "OpenAI's form, as a named event": `event: error\n${data({ error: OVERLOADED })}`,
  "Anthropic's form": named({
    type: 'error',
    error: { type: 'overloaded_error', message: 'busy' },
  } as {
    type: string
  }),
  "Google's form": data({ error: { code: 503, message: 'overloaded', status: 'UNAVAILABLE' } }),
  'a text alone': data({ error: 'internal server error' }),
  'a list of errors': data({ errors: [{ message: 'bad gateway', code: 502 }] }),
  "FastAPI's form": data({ detail: 'Internal Server Error' }),
  "MiniMax's form": data({ base_resp: { status_code: 1002, status_msg: 'rate limit' } }),
  "vLLM's form": data({ object: 'error', message: 'engine died', type: 'InternalServerError' }),
}

interface Case {
  client: SpokenFormat
  /** Of both upstreams. */
  provider: ProviderName
}

type Breaks = (events: readonly string[], format: SpokenFormat) => readonly Part[]

async function ask({ client, provider }: Case, breaks: Breaks, stream = true) {
  const gateway = await inProcess(
    (request, index) => {
      const format = spokenAt(request.url)
      const body = JSON.parse(String(request.body))
      const answer = storyteller(STORY, { id: index === 0 ? 'first' : 'second' }).answer(
        format,
        body,
      )
      if (answer === null) return { status: 400, body: '{}' }
      const parts = stream ? format.events(answer) : [JSON.stringify(format.whole(answer))]
      return { body: index === 0 ? breaks(parts, format) : parts }
    },
    { upstreams: [1, 2].map((id) => upstreamKey(id, { provider })), limits: { idleMs: 300 } },
  )
  const { protocol, endpoint } = client
  const question = { model: 'm', stream, ...client.question('m', stream) }
  return gateway.ask(question, { protocol, endpoint })
}

const PROVIDERS: readonly ProviderName[] = ['compatible', 'openai', 'anthropic', 'gemini']
const CASES = SPOKEN.flatMap((client) =>
  PROVIDERS.map((provider) => ({ client, provider, dialect: client.name })),
)

describe.concurrent.each(CASES)('for $dialect, by upstreams of $provider', (given) => {
  const expectStory = async (what: string, breaks: Breaks) => {
    const { text, record } = await ask(given, breaks)
    const read = given.client.read(text)
    expect({ what, ...read }).toMatchObject({ what, text: STORY, errors: [], flaws: [] })
    expect([what, read.reasons.length, record?.outcome]).toEqual([what, 1, 'ok'])
    expect([what, record?.attempts.length]).toEqual([what, 2])
  }

  test('an error in any form is none of the answer, wherever in the stream it comes', async () => {
    for (const [what, error] of Object.entries(ERRORS)) {
      await expectStory(`${what}, first`, () => [error])
      await expectStory(`${what}, after the head`, (events, { head }) => [
        ...events.slice(0, head),
        error,
      ])
      await expectStory(`${what}, in the text`, (events, { head }) => [
        ...events.slice(0, head + 5),
        error,
      ])
      await expectStory(`${what}, before the end of the stream`, (events, { head }) => [
        ...events.slice(0, head + 5),
        error,
        ...events.slice(-1),
      ])
    }
  })

  test('a whole body without an answer is none', async () => {
    for (const body of [
      '{}',
      'null',
      '[]',
      '{"ok":true}',
      '{"id":"x","choices":[]}',
      '{"detail":"no"}',
    ]) {
      const { text, record } = await ask(given, () => [body], false)
      expect([body, given.client.readWhole(JSON.parse(text))]).toEqual([body, STORY])
      expect(record?.attempts).toHaveLength(2)
    }
  })
})

/** The last event of formats whose end does not say itself why the answer stopped. */
const MARKED = CASES.filter(({ provider }) => provider === 'compatible' || provider === 'anthropic')

describe.concurrent.each(MARKED)('for $dialect, by upstreams of $provider', (given) => {
  test('the end of a stream without a reason to stop is a cut', async () => {
    for (const pieces of [0, 1, 5]) {
      const { text, record } = await ask(given, (events, { head }) => [
        ...events.slice(0, head + pieces),
        ...events.slice(-1),
      ])
      const read = given.client.read(text)
      expect({ pieces, ...read }).toMatchObject({ pieces, text: STORY, errors: [], flaws: [] })
      expect([pieces, record?.attempts.length, record?.outcome]).toEqual([pieces, 2, 'ok'])
    }
  })
})
