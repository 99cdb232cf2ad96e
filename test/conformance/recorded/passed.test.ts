/** Recorded exchanges of Responses, Messages and Gemini whose client speaks the upstream's format: not a byte changes. */
import { describe, expect, test } from 'bun:test'
import { upstreamKey } from '../../support/in-process/entities.ts'
import { inProcess } from '../../support/in-process/gateway.ts'
import type { ScriptedReply } from '../../support/in-process/scripted-transport.ts'
import type { SpokenFormat } from '../../support/spoken/format.ts'
import { SPOKEN } from '../../support/spoken/index.ts'
import { atEveryByte, type Cutting, eventByEvent, inOneWrite } from '../cuts.ts'
import { type Recording, recordingsOf } from './recordings.ts'

const KINDS = ['responses', 'messages', 'gemini'] as const
type Recorded = Recording<(typeof KINDS)[number]>

const recordings: readonly Recorded[] = recordingsOf(KINDS) ?? []
const formatOf = ({ kind }: Recorded) => SPOKEN.find(({ name }) => name === kind) as SpokenFormat

async function answered(recording: Recorded, body: ScriptedReply['body'] = recording.resp) {
  const format = formatOf(recording)
  const { protocol, endpoint, provider } = format
  const { status, headers, form } = recording
  const gateway = await inProcess(
    () => ({ status, headers, ...(body !== undefined && { body }) }),
    {
      upstreams: [upstreamKey(1, { provider })],
    },
  )
  const stream = form === 'sse'
  const question = { model: 'm', ...(stream && { stream }), ...format.question('m', stream) }
  return gateway.ask(question, { protocol, endpoint })
}

function cut({ resp }: Recorded, cutting: Cutting): Uint8Array[] {
  const bytes = new TextEncoder().encode(resp)
  const ends = [...cutting(resp), bytes.length]
  return ends.map((end, at) => bytes.subarray(ends[at - 1] ?? 0, end))
}

const of = (kind: Recorded['kind'], form: Recorded['form']) =>
  recordings.filter((one) => one.kind === kind && one.form === form)

describe.each(KINDS)('recorded %s', (kind) => {
  test('is there in every form', () => {
    if (recordings.length === 0) return
    for (const form of ['json', 'sse', 'error'] as const)
      expect([form, of(kind, form).length]).not.toEqual([form, 0])
  })

  test('answers pass unchanged, and what they report is charged', async () => {
    for (const recording of of(kind, 'json')) {
      const { status, text, record } = await answered(recording)
      expect([recording.id, status, text]).toEqual([recording.id, recording.status, recording.resp])
      const isCounted = /"(?:usage|usageMetadata)": ?\{/.test(recording.resp)
      if (isCounted) expect([recording.id, record?.estimated]).toEqual([recording.id, false])
    }
  })

  test.each([
    ['in one write', inOneWrite],
    ['event by event', eventByEvent],
    ['cut at every byte', atEveryByte],
  ] as const)('streams pass unchanged and are charged the same, %s', async (_, cutting) => {
    for (const recording of of(kind, 'sse')) {
      const { id, resp } = recording
      const { text, record } = await answered(recording, cut(recording, cutting))
      const whole = (await answered(recording)).record
      expect([id, text]).toEqual([id, resp])
      const tokens = (one: typeof record) => [one?.promptTokens, one?.completionTokens]
      expect([id, tokens(record)]).toEqual([id, tokens(whole)])
    }
  })

  test('errors keep their status and their words', async () => {
    for (const recording of of(kind, 'error')) {
      const { status, text } = await answered(recording)
      const said = JSON.parse(recording.resp)
      const { message } = (Array.isArray(said) ? said[0] : said).error
      const told = JSON.parse(text).error.message
      expect([recording.id, status, told]).toEqual([
        recording.id,
        recording.status,
        `upstream up-1: ${message}`,
      ])
    }
  })
})
