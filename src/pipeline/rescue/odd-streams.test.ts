/**
 * Streams that break in unusual ways, or that hold events which say nothing: with a standby, clients of each format get
 * the whole answer with one reason to stop; without one, an error, or the whole answer if its reason was there.
 */
import { describe, expect, test } from 'bun:test'
import { upstreamKey } from '../../../test/support/in-process/entities.ts'
import { inProcess } from '../../../test/support/in-process/gateway.ts'
import type { Part } from '../../../test/support/in-process/scripted-transport.ts'
import { data, named, type SpokenFormat } from '../../../test/support/spoken/format.ts'
import { SPOKEN, spokenAt } from '../../../test/support/spoken/index.ts'
import { storyOf, storyteller } from '../../../test/support/spoken/storyteller.ts'
import type { ProviderName } from '../../core/providers/providers.ts'

const STORY = storyOf(14)
type Breaks = (events: readonly string[], format: SpokenFormat) => readonly Part[]

interface Case {
  client: SpokenFormat
  provider: ProviderName
  keys: number
}

async function ask({ client, provider, keys }: Case, breaks: Breaks) {
  const upstreams = [1, 2]
    .slice(0, keys)
    .map((id) => upstreamKey(id, { provider, baseUrl: `http://up-${id}.test/v1` }))
  const gateway = await inProcess(
    (request, index) => {
      const format = spokenAt(request.url)
      const teller = storyteller(STORY, { id: index === 0 ? 'first' : 'second' })
      const answer = teller.answer(format, JSON.parse(String(request.body)))
      const events = answer === null ? [] : format.events(answer)
      return { body: index === 0 || keys === 1 ? breaks(events, format) : events }
    },
    { upstreams },
  )
  const { protocol, endpoint } = client
  const question = { model: 'm', stream: true, ...client.question('m', true) }
  return gateway.ask(question, { protocol, endpoint })
}

/** Without the events that say nothing, as clients pass over them. */
function spokenIn(client: SpokenFormat, text: string) {
  const events = text.replaceAll('\r\n', '\n').split('\n\n')
  return client.read(
    events.filter((event) => !/^data: (?:null|\{\}|\[\])$/.test(event)).join('\n\n'),
  )
}

/** Where the reason to stop is, from the end. */
const AFTER_REASON = { chat: 2, responses: 0, messages: 1, gemini: 0 }
const beginning = (events: readonly string[], { head }: SpokenFormat) => events.slice(0, head + 5)
const upToReason = (events: readonly string[], { name }: SpokenFormat) =>
  events.slice(0, events.length - AFTER_REASON[name])
const withCrlf = (text: string) => text.replaceAll('\n', '\r\n')
const SILENT_EVENTS = ['data: null\n\n', 'data: {}\n\n', 'data: []\n\n']
const NOTHING = ': a comment\n\n'

const BREAKS: Readonly<Record<string, Breaks>> = {
  'events end with CRLF, and one breaks within it': (events, format) => [
    ...beginning(events, format).map(withCrlf),
    withCrlf(events[format.head + 5] ?? '').slice(0, -1),
    'cut',
  ],
  'only comments come': () => [NOTHING, NOTHING],
  'comments keep it alive, then it breaks': (events, format) => [
    ...beginning(events, format),
    NOTHING,
    NOTHING,
    'cut',
  ],
  'it begins with a byte order mark': (events, format) => [
    '\uFEFF',
    ...beginning(events, format),
    'cut',
  ],
  'it breaks after events that say nothing': (events, format) => [
    ...beginning(events, format),
    ...SILENT_EVENTS,
    'cut',
  ],
  'it breaks after the last word': (events, format) => [
    ...events.slice(0, format.head + 14),
    'cut',
  ],
}

const CASES = SPOKEN.flatMap((client) =>
  (['compatible', 'openai', 'anthropic', 'gemini'] as const).map((provider) => ({
    client,
    provider,
    dialect: client.name,
  })),
)

describe.concurrent.each(CASES)('for $dialect, by upstreams of $provider', (given) => {
  const { client } = given

  test.each(Object.entries(BREAKS))('a stream is whole although %s', async (_, breaks) => {
    const { text, record } = await ask({ ...given, keys: 2 }, breaks)
    const read = spokenIn(client, text)
    expect(read).toMatchObject({ text: STORY, errors: [], flaws: [] })
    expect([read.reasons.length, record?.outcome, record?.attempts.length]).toEqual([1, 'ok', 2])
  })

  test.each(Object.entries(BREAKS))(
    'no stream looks complete if %s and no other can continue',
    async (_, breaks) => {
      const { status, text, record } = await ask({ ...given, keys: 1 }, breaks)
      expect(record?.outcome).not.toBe('ok')
      if (status !== 200) return
      const read = spokenIn(client, text)
      expect([read.errors.length, read.reasons, read.flaws]).toEqual([1, [], []])
      expect(STORY).toStartWith(read.text)
    },
  )

  test('an error after the finish reason leaves the answer complete', async () => {
    for (const keys of [1, 2]) {
      const { text, record } = await ask({ ...given, keys }, (events, format) => [
        ...upToReason(events, format),
        format.errorEvent('too late'),
      ])
      const read = spokenIn(client, text)
      expect(read).toMatchObject({ text: STORY, errors: [], flaws: [] })
      expect([read.reasons.length, record?.outcome]).toEqual([1, 'ok'])
      expect(text).not.toContain('too late')
      expect(record?.attempts).toHaveLength(1)
      if (client.name === 'messages') expect(text).toEndWith(named({ type: 'message_stop' }))
    }
  })
})

test.concurrent("an interrupted thought of Gemini isn't repeated", async () => {
  const client = SPOKEN.find(({ name }) => name === 'gemini') as SpokenFormat
  const part = { text: 'Hm', thought: true }
  const thought = data({
    candidates: [{ content: { role: 'model', parts: [part] }, index: 0 }],
    ...{ responseId: 'first', modelVersion: 'm' },
  })
  const { text } = await ask({ client, provider: 'gemini', keys: 2 }, () => [thought, 'cut'])
  expect(text.split('"Hm"')).toHaveLength(2)
  expect(client.read(text.replace(thought, ''))).toMatchObject({
    text: STORY,
    errors: [],
    flaws: [],
  })
})
