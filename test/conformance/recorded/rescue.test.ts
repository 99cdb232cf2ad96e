/**
 * Recorded streams of vendors that break off at a byte, and are continued by another upstream: the client's text is the
 * recorded one. `RESCUE_CUTS=all` cuts every stream at every byte; otherwise only short ones, and longer ones at random.
 */
import { describe, expect, test } from 'bun:test'
import { upstreamKey } from '../../support/in-process/entities.ts'
import { inProcess } from '../../support/in-process/gateway.ts'
import type { SpokenFormat } from '../../support/spoken/format.ts'
import { SPOKEN, spokenAt } from '../../support/spoken/index.ts'
import { storyteller } from '../../support/spoken/storyteller.ts'
import { atEveryByte, atRandom } from '../cuts.ts'
import { type Recording, recordingsOf } from './recordings.ts'

const KINDS = ['chat', 'responses', 'messages', 'gemini'] as const
type Stream = Recording<(typeof KINDS)[number]>

const seed = Number(process.env.CUT_SEED ?? Date.now() % 2 ** 32)
const CUTS = process.env.RESCUE_CUTS ?? '15'
/** Streams up to this size are cut at every byte. */
const SHORT_BYTES = 1_200

const recordings = (recordingsOf(KINDS) ?? []).filter(
  ({ form, status, resp }) => form === 'sse' && status === 200 && resp !== '',
)
console.log(`conformance: rescue of ${recordings.length} recorded streams, CUT_SEED=${seed}`)

/** Parts that only the vendor itself can go on with. */
const OWN_PARTS = /tool_use|tool_calls|functionCall|_call"|compaction/

const formatOf = ({ kind }: Stream) => SPOKEN.find(({ name }) => name === kind) as SpokenFormat

/** Google ends its lines as the RFC of mail does. */
const readBy = (format: SpokenFormat, stream: string) =>
  format.read(stream.replaceAll('\r\n', '\n'))

/** The client's stream if the first upstream sends `bytes` of the recording and breaks off. */
async function rescuedAt({ resp }: Stream, format: SpokenFormat, bytes: number, text: string) {
  const part = new TextEncoder().encode(resp).subarray(0, bytes)
  const gateway = await inProcess(
    (request, index) => {
      if (index === 0) return { body: [part, 'cut'] }
      const spoken = spokenAt(request.url)
      const answer = storyteller(text, { id: 'second' }).answer(
        spoken,
        JSON.parse(String(request.body)),
      )
      return { body: answer === null ? [] : spoken.events(answer) }
    },
    { upstreams: [1, 2].map((id) => upstreamKey(id, { provider: format.provider })) },
  )
  const question = { model: 'm', stream: true, ...format.question('m', true) }
  const { protocol, endpoint } = format
  return readBy(format, (await gateway.ask(question, { protocol, endpoint })).text)
}

function cutsOf({ resp }: Stream): number[] {
  if (CUTS === 'all' || resp.length <= SHORT_BYTES) return atEveryByte(resp)
  return atRandom(seed, Number(CUTS))(resp)
}

describe('a recorded stream that breaks off', () => {
  for (const recording of recordings) {
    const format = formatOf(recording)
    const direct = readBy(format, recording.resp)
    test(`${recording.id} has its whole text, or ends as broken`, async () => {
      let whole = 0
      const cuts = cutsOf(recording)
      for (const bytes of cuts) {
        const read = await rescuedAt(recording, format, bytes, direct.text)
        if (read.errors.length === 0) {
          whole++
          expect([bytes, read.text]).toEqual([bytes, direct.text])
          expect(read.reasons.length).toBeGreaterThanOrEqual(1)
          // Some recorded requests asked for two answers.
          expect(read.reasons.length).toBeLessThanOrEqual(Math.max(1, direct.reasons.length))
        } else {
          expect([bytes, read.errors.length, read.reasons]).toEqual([bytes, 1, []])
          expect([bytes, direct.text.startsWith(read.text)]).toEqual([bytes, true])
        }
        if (direct.flaws.length === 0) expect([bytes, read.flaws]).toEqual([bytes, []])
      }
      // Half a call, and what follows a search of the vendor itself, can't be continued elsewhere.
      if (direct.reasons.length === 1 && !OWN_PARTS.test(recording.resp))
        expect(whole).toBe(cuts.length)
    }, 3_600_000)
  }
})
