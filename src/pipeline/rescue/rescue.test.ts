/** Streams that break after the client has seen a part of the answer, and are continued by another target. */
import { describe, expect, test } from 'bun:test'
import { modelOf, modelTarget, upstreamKey } from '../../../test/support/in-process/entities.ts'
import { inProcess } from '../../../test/support/in-process/gateway.ts'
import type { Part, ScriptedReply } from '../../../test/support/in-process/scripted-transport.ts'
import type { SpokenFormat } from '../../../test/support/spoken/format.ts'
import { SPOKEN, spokenAt } from '../../../test/support/spoken/index.ts'
import {
  type StoryOptions,
  storyOf,
  storyteller,
} from '../../../test/support/spoken/storyteller.ts'
import type { ProviderName } from '../../core/providers/providers.ts'
import type { WireRequest } from '../../upstreams/transport.ts'
import type { RescueRules } from '../services.ts'

const WORDS = 24
const STORY = storyOf(WORDS)
const TELLS = storyteller(STORY, { id: 'first' })
const bodyOf = ({ body }: WireRequest) => JSON.parse(String(body))

/** A stream's events up to `at`, and how it breaks. */
function broken(request: WireRequest, words: number, breaks: readonly Part[]): Part[] {
  const format = spokenAt(request.url)
  const answer = TELLS.answer(format, bodyOf(request))
  const events = answer === null ? [] : format.events(answer)
  return [...events.slice(0, format.head + words), ...breaks]
}

function told(request: WireRequest, options: StoryOptions): ScriptedReply {
  const format = spokenAt(request.url)
  const answer = storyteller(STORY, options).answer(format, bodyOf(request))
  if (answer !== null) return { body: format.events(answer) }
  const refusal = 'This model does not support assistant message prefill.'
  return { status: 400, body: JSON.stringify(format.error(400, refusal, 'invalid')) }
}

interface Case {
  client: SpokenFormat
  first: ProviderName
  standby: ProviderName
}

interface Situation extends StoryOptions {
  /** How many words (then, events of the end) come before the first upstream breaks. */
  words: number
  breaks?: readonly Part[]
  rescue?: Partial<RescueRules>
  body?: object
  model?: string
  standbyFails?: boolean
}

async function ask({ client, first, standby }: Case, situation: Situation) {
  const { words, breaks = ['cut'], rescue, body = {}, model = 'm' } = situation
  const upstreams = [
    upstreamKey(1, { provider: first, models: [model] }),
    upstreamKey(2, { provider: standby, models: [model], baseUrl: 'http://up-2.test/v1' }),
  ]
  const gateway = await inProcess(
    (request) =>
      request.url.includes('up-1')
        ? { body: broken(request, words, breaks) }
        : situation.standbyFails
          ? { status: 500 }
          : told(request, { id: 'second', ...situation }),
    {
      upstreams,
      limits: { idleMs: 60 },
      services: { rescue: { mode: 'continue', charge: 'answer', ...rescue } },
    },
  )
  const question = { ...client.question(model, true), ...body }
  const asked = client.name === 'gemini' ? { model, stream: true, ...question } : question
  const answer = await gateway.ask(asked, {
    protocol: client.protocol,
    endpoint: client.endpoint,
  })
  return { ...answer, read: client.read(answer.text), sent: gateway.transport.sent }
}

const PROVIDERS: readonly ProviderName[] = ['compatible', 'openai', 'anthropic', 'gemini']
const CASES: readonly (Case & { dialect: string })[] = SPOKEN.flatMap((client) =>
  PROVIDERS.flatMap((first) =>
    PROVIDERS.map((standby) => ({ client, first, standby, dialect: client.name })),
  ),
)

describe.concurrent.each(CASES)(
  'a stream of $first, continued by $standby, for $dialect',
  (given) => {
    test('is whole for its client wherever the connection breaks', async () => {
      for (let words = 1; words < WORDS + 5; words++) {
        const { read, record } = await ask(given, { words })
        expect(read.text).toBe(STORY)
        expect([read.errors, read.flaws, read.reasons.length]).toEqual([[], [], 1])
        expect(record?.outcome).toBe('ok')
      }
    })
  },
)

const [chat, responses, messages, gemini] = SPOKEN as [
  SpokenFormat,
  SpokenFormat,
  SpokenFormat,
  SpokenFormat,
]
const OWN: readonly Case[] = [
  { client: chat, first: 'compatible', standby: 'compatible' },
  { client: responses, first: 'openai', standby: 'openai' },
  { client: messages, first: 'anthropic', standby: 'anthropic' },
  { client: gemini, first: 'gemini', standby: 'gemini' },
]

describe.concurrent.each(OWN.map((given) => ({ ...given, dialect: given.client.name })))(
  'a stream of $dialect',
  (given) => {
    const { client } = given

    test.each<[string, readonly Part[]]>([
      ['falls silent', ['stall']],
      ['reports an error', [client.errorEvent('overloaded')]],
      ['ends without a reason to stop', []],
      ['breaks within an event', ['data: {"broken', 'cut']],
    ])('that %s is continued, and its client sees no failure', async (_, breaks) => {
      const { read, record, text } = await ask(given, { words: 9, breaks })
      expect([read.text, read.errors, read.flaws]).toEqual([STORY, [], []])
      expect(text).not.toContain('overloaded')
      expect(record).toMatchObject({ outcome: 'ok', upstream: 'up-2' })
      expect(record?.attempts.map(({ upstream }) => upstream)).toEqual(['up-1', 'up-2'])
    })

    test('is continued by a target that refuses the beginning of its own turn', async () => {
      const more = { words: 9, refusesPrefill: true, model: 'claude-sonnet-4-5' }
      const { read, record, sent } = await ask(given, more)
      expect([read.text, read.errors, read.flaws]).toEqual([STORY, [], []])
      expect(record?.outcome).toBe('ok')
      const turns = client.turns(bodyOf(sent.at(-1) as WireRequest))
      expect(turns.map(({ role }) => role)).toEqual(['user', 'model', 'user'])
    })

    test('is continued without what the target repeats', async () => {
      const { read } = await ask(given, { words: 20, repeats: 60 })
      expect([read.text, read.flaws]).toEqual([STORY, []])
    })

    test('reports one usage for all of the answer, and charges it', async () => {
      const { read, record } = await ask(given, { words: 9 })
      const { promptTokens = 0, completionTokens = 0 } = record ?? {}
      expect(read.usage).toEqual({ input: promptTokens, output: completionTokens })
      // The tokenizer of these tests counts four characters as one token, the second upstream its words.
      const beginning = Math.ceil(storyOf(9).length / 4)
      expect(completionTokens).toBe(beginning + WORDS - 9)
      const [first, last] = record?.attempts.map(({ used }) => used) ?? []
      expect(first).toMatchObject({ completionTokens: beginning, charged: 'all' })
      expect(first?.promptTokens).toBe(promptTokens)
      expect(last).toMatchObject({ completionTokens: WORDS - 9, charged: 'output' })
      expect(record?.estimated).toBe(true)
    })

    test('charges the input of the continuation if that is set', async () => {
      const answer = await ask(given, { words: 9 })
      const all = await ask(given, { words: 9, rescue: { charge: 'all' } })
      const [once, twice] = [answer.record?.promptTokens ?? 0, all.record?.promptTokens ?? 0]
      expect(twice).toBeGreaterThan(once + 9)
      expect(all.record?.completionTokens).toBe(answer.record?.completionTokens as number)
      expect(all.read.usage?.input).toBe(twice)
      const used = all.record?.attempts.map((each) => each.used)
      expect(used?.map((each) => each?.charged)).toEqual(['all', 'all'])
      expect(used?.reduce((sum, each) => sum + (each?.promptTokens ?? 0), 0)).toBe(twice)
    })

    test('ends with one error and no reason to stop if rescue is off', async () => {
      const { read, record } = await ask(given, { words: 9, rescue: { mode: 'off' } })
      expect([read.text, read.errors.length, read.reasons]).toEqual([storyOf(9), 1, []])
      expect(record).toMatchObject({ outcome: 'cut', upstream: 'up-1' })
    })

    test('ends with one error if the standby fails as well', async () => {
      const { read, record } = await ask(given, { words: 3, standbyFails: true })
      expect([read.errors.length, read.reasons, read.flaws]).toEqual([1, [], []])
      // The first upstream goes on, and breaks again each time.
      expect(read.text).toStartWith(storyOf(3))
      expect(STORY).toStartWith(read.text)
      expect(read.errors[0]).toContain('up-1')
      expect(record).toMatchObject({ outcome: 'cut', upstream: 'up-1' })
    })
  },
)

test.concurrent('a continuation that breaks is continued as well', async () => {
  let asked = 0
  const gateway = await inProcess(
    (request) => {
      const answer = TELLS.answer(chat, bodyOf(request))
      const events = answer === null ? [] : chat.events(answer)
      return { body: ++asked < 4 ? [...events.slice(0, 4), 'cut'] : events }
    },
    { upstreams: [upstreamKey(1), upstreamKey(2)] },
  )
  const answer = await gateway.ask(chat.question('m', true))
  expect(chat.read(answer.text)).toMatchObject({ text: STORY, errors: [], flaws: [] })
  expect(answer.record?.attempts).toHaveLength(4)
})

test.concurrent.each([
  ['continued', ['fast', 'continued']],
  ['ended', ['fast', 'ended']],
] as const)('a broken stream that is %s is counted for its model', async (what, expected) => {
  const counted: unknown[] = []
  const metrics = { streamBroke: (...args: unknown[]) => counted.push(args), requestFinished() {} }
  const gateway = await inProcess(
    (request, index) =>
      index === 0 || what === 'ended'
        ? { body: broken(request, 9, ['cut']) }
        : told(request, { id: 'second' }),
    {
      upstreams: [upstreamKey(1), upstreamKey(2)],
      models: [modelOf([modelTarget(1), modelTarget(2)])],
      services: {
        metrics: metrics as never,
        rescue: { mode: what === 'ended' ? 'off' : 'continue', charge: 'answer' },
      },
    },
  )
  await gateway.ask(chat.question('fast', true))
  expect(counted).toEqual([[...expected]])
})

test.concurrent('a comment marks the seam', async () => {
  const { text } = await ask(OWN[0] as Case, { words: 9 })
  expect(text.split(': continued by another upstream\n\n')).toHaveLength(2)
})

test.concurrent('the continuation may use the rest of the token limit', async () => {
  const { sent } = await ask(OWN[0] as Case, { words: 9, body: { max_completion_tokens: 100 } })
  const { max_completion_tokens, max_tokens } = bodyOf(sent.at(-1) as WireRequest)
  expect(max_completion_tokens ?? max_tokens).toBe(100 - Math.ceil(storyOf(9).length / 4))
})

test.concurrent('a target that accepts the beginning of its own turn gets it', async () => {
  const { sent, read } = await ask(OWN[2] as Case, { words: 9, model: 'claude-sonnet-4-5' })
  const turns = messages.turns(bodyOf(sent.at(-1) as WireRequest))
  expect(turns.at(-1)).toEqual({ role: 'model', text: storyOf(9) })
  expect(read.text).toBe(STORY)
})

test.concurrent('half a JSON document is continued only by such a target', async () => {
  const schema = { type: 'object', properties: {}, additionalProperties: false }
  const output_config = { format: { type: 'json_schema', schema } }
  const given = OWN[2] as Case
  const refused = await ask(given, { words: 9, body: { output_config } })
  expect(refused.read).toMatchObject({ reasons: [], text: storyOf(9) })
  const model = 'claude-sonnet-4-5'
  const taken = await ask(given, { words: 9, model, body: { output_config } })
  expect(taken.read).toMatchObject({ reasons: ['end_turn'], text: STORY })
})

test.concurrent('half a call is not continued', async () => {
  const call = { index: 0, id: 'c', function: { name: 'look', arguments: '{"a' } }
  const delta = (value: object) =>
    `data: ${JSON.stringify({ id: 'c', choices: [{ index: 0, delta: value, finish_reason: null }] })}\n\n`
  const body = [delta({ content: 'So: ' }), delta({ tool_calls: [call] }), 'cut' as const]
  const gateway = await inProcess(() => ({ body }), { upstreams: [upstreamKey(1), upstreamKey(2)] })
  const answer = await gateway.ask(chat.question('m', true))
  expect(chat.read(answer.text)).toMatchObject({ reasons: [], text: 'So: ' })
  expect(answer.record).toMatchObject({ outcome: 'cut', attempts: [{ upstream: 'up-1' }] })
})

test.concurrent('a stream whose only key broke ends with an error', async () => {
  const gateway = await inProcess((request) => ({ body: broken(request, 9, ['cut']) }))
  const answer = await gateway.ask(chat.question('m', true))
  expect(chat.read(answer.text)).toMatchObject({ text: storyOf(9), reasons: [] })
  expect(answer.record?.outcome).toBe('cut')
})

test.concurrent('a thought that broke off is followed by the whole answer', async () => {
  const thought = `data: ${JSON.stringify({
    id: 'c',
    choices: [
      { index: 0, delta: { role: 'assistant', reasoning_content: 'Hm' }, finish_reason: null },
    ],
  })}\n\n`
  const gateway = await inProcess(
    (request, index) => (index === 0 ? { body: [thought, 'cut'] } : told(request, { id: 'x' })),
    { upstreams: [upstreamKey(1), upstreamKey(2)] },
  )
  const answer = await gateway.ask(chat.question('m', true))
  expect(answer.text).toContain('"Hm"')
  expect(chat.read(answer.text)).toMatchObject({ text: STORY, errors: [], flaws: [] })
})
