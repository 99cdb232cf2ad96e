/**
 * Streams with a thought, a text and two calls that break among their calls: a client gets each call whole and once, or
 * an error and no reason to stop. An error after the reason to stop takes nothing from the answer.
 */
import { describe, expect, test } from 'bun:test'
import { upstreamKey } from '../../../test/support/in-process/entities.ts'
import { inProcess } from '../../../test/support/in-process/gateway.ts'
import type { Part } from '../../../test/support/in-process/scripted-transport.ts'
import type { SpokenFormat } from '../../../test/support/spoken/format.ts'
import { SPOKEN, spokenAt } from '../../../test/support/spoken/index.ts'
import { CALLS, TEXT } from '../../../test/support/vendors/wires/answer.ts'
import { chat } from '../../../test/support/vendors/wires/chat.ts'
import { gemini } from '../../../test/support/vendors/wires/gemini.ts'
import { messages } from '../../../test/support/vendors/wires/messages.ts'
import { responses } from '../../../test/support/vendors/wires/responses.ts'
import { EventFold } from '../../protocols/neutral/fold.ts'
import { factsFor } from '../../protocols/neutral/model-facts.ts'
import { SseEvents } from '../../protocols/sse-events.ts'
import { WIRES } from '../../protocols/translation/formats.ts'

const STREAMS = { chat, responses, messages, gemini }
const TARGET = { model: 'm', facts: factsFor('m'), vendor: 'x', account: 'y' }
const parameters = { type: 'object' }
const TOOLS = {
  chat: [{ type: 'function', function: { name: 'look', parameters } }],
  responses: [{ type: 'function', name: 'look', parameters, strict: false }],
  messages: [{ name: 'look', input_schema: parameters }],
  gemini: [{ functionDeclarations: [{ name: 'look', parameters }] }],
}

interface Case {
  client: SpokenFormat
  /** Of both upstreams. */
  wire: SpokenFormat
}

const eventsOf = ({ name }: SpokenFormat): string[] =>
  STREAMS[name]('call')
    .split(/(?<=\n\n)/)
    .filter((event) => event !== '')

/** The first upstream answers with `parts`; the second goes on after the text, or answers from the start. */
async function ask({ client, wire }: Case, parts: readonly Part[]) {
  const upstreams = [1, 2].map((id) => {
    const baseUrl = `http://up-${id}.test/v1`
    const protocol = wire.name === 'responses' ? ('responses' as const) : null
    return upstreamKey(id, { provider: wire.provider, protocol, baseUrl })
  })
  const gateway = await inProcess(
    ({ url, body }, index) => {
      if (index === 0) return { body: parts }
      const turns = spokenAt(url).turns(JSON.parse(String(body)))
      const isTold = turns.some(({ role }) => role === 'model')
      const events = eventsOf(wire)
      return { body: isTold ? events.filter((event) => !isOfText(event)).map(withoutText) : events }
    },
    { upstreams },
  )
  const { protocol, endpoint, name } = client
  const question = { model: 'm', stream: true, ...client.question('m', true), tools: TOOLS[name] }
  const { text, record } = await gateway.ask(question, { protocol, endpoint })
  return { ...readBy(client, text), record }
}

/** The text comes in single letters. */
const isOfText = (event: string) =>
  /"content":"[^"]|"text_delta"|output_text\.delta|"parts":\[\{"text":"[^"]+"\}\]/.test(event)
/** Responses repeats it when it is over. */
const withoutText = (event: string) => event.replaceAll(JSON.stringify(TEXT), '""')

/** As a client reads a stream. */
function readBy({ name }: SpokenFormat, stream: string) {
  const fold = new EventFold()
  const texts = new Map<number, { type: string; text: string }>()
  const errors: string[] = []
  const reader = WIRES[name].readEvents(TARGET, (event) => {
    fold.add(event)
    if (event.type === 'fail') errors.push(event.error.message)
    if (event.type === 'open') {
      const { part } = event
      const text = part.type === 'call' ? part.args : part.type === 'text' ? part.text : ''
      texts.set(event.index, { type: part.type, text })
    }
    const open = event.type === 'delta' ? texts.get(event.index) : undefined
    if (event.type === 'delta' && open !== undefined) open.text += event.text
  })
  const events = new SseEvents((data) => reader.read(data))
  events.accept(new TextEncoder().encode(stream))
  events.finish()
  reader.finish()
  const all = [...texts.values()]
  return {
    text: all.map(({ type, text }) => (type === 'text' ? text : '')).join(''),
    calls: all.filter(({ type }) => type === 'call').map(({ text }) => text),
    isWhole: fold.end !== null,
    errors,
  }
}

const CASES = SPOKEN.flatMap((client) =>
  SPOKEN.map((wire) => ({ client, wire, dialect: client.name, upstreams: wire.name })),
)

function expectWhole({ text, calls, errors, record }: Awaited<ReturnType<typeof ask>>): void {
  expect([text, errors, record?.outcome]).toEqual([TEXT, [], 'ok'])
  expect(calls.map((given) => JSON.parse(given))).toEqual(CALLS.map(({ args }) => args))
}

describe.concurrent.each(CASES)('for $dialect, by upstreams of $upstreams', (given) => {
  const { client, wire } = given
  const all = eventsOf(wire)
  const isOfCall = (event: string) => /"look"|cät|arguments|partial_json/.test(event)
  const firstCall = all.findIndex(isOfCall)
  // At the end: the reason, for two formats an event for usage or for the end, and for one a mark.
  const afterReason = { chat: 2, responses: 0, messages: 1, gemini: 0 }[wire.name]

  test('calls come whole and once, or with an error', async () => {
    for (let at = firstCall + 1; at < all.length - afterReason; at++) {
      const answer = await ask(given, [...all.slice(0, at), 'cut'])
      // Its calls come whole, so that the client has nothing of one that is open.
      if (client.name === 'gemini' && answer.record?.outcome === 'ok') expectWhole(answer)
      else expect([answer.isWhole, answer.errors.length, answer.text]).toEqual([false, 1, TEXT])
    }
  })

  test('an error after the finish reason leaves the answer complete', async () => {
    const late = [...all.slice(0, all.length - afterReason), wire.errorEvent('too late')]
    const answer = await ask(given, late)
    expectWhole(answer)
    expect(answer.record?.attempts).toHaveLength(1)
  })
})

test.concurrent.each(['chat', 'responses', 'messages'] as const)(
  "a call that a Gemini client hasn't seen is generated again, by upstreams of %s",
  async (name) => {
    const [client, wire] = ['gemini', name].map((one) => SPOKEN.find((each) => each.name === one))
    const given = { client, wire } as Case
    const all = eventsOf(given.wire)
    const within = all.findIndex((event) =>
      /arguments\.delta|cät|"partial_json":"\{|"arguments":"\{/.test(event),
    )
    const answer = await ask(given, [...all.slice(0, within + 1), 'cut'])
    expectWhole(answer)
    expect(answer.record?.attempts).toHaveLength(2)
  },
)
