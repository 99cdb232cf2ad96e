/** Recorded event streams, cut in several ways: what the client reads is the same in all of them. */
import { describe, expect, test } from 'bun:test'
import { assemble } from '../assemble.ts'
import { barePost } from '../bare-post.ts'
import { cutReply } from '../chunked-reply.ts'
import { atEveryByte, atRandom, type Cutting, eventByEvent, inOneWrite } from '../cuts.ts'
import type { Rig } from '../rig.ts'
import { asksForUsage, withoutUsageChunk, withUsage } from '../usage-in-streams.ts'
import { clients } from './recorded-json.ts'
import { type Recording, requestOf } from './recordings.ts'

const RANDOM_CUTS = 40

export function describeRecordedStreams(recordings: readonly Recording[], rig: () => Rig): void {
  const seed = Number(process.env.CUT_SEED ?? Date.now() % 2 ** 32)
  console.log(`conformance: random cuts with seed ${seed}; repeat them with CUT_SEED=${seed}`)
  const smallest = smallestOfEachKind(recordings)
  const finest = (recording: Recording) =>
    smallest.has(recording) ? atEveryByte : atRandom(seed, RANDOM_CUTS)

  describeCutting('in one write', recordings, () => inOneWrite, rig)
  describeCutting('event by event', recordings, () => eventByEvent, rig)
  describeCutting('cut at every byte or at random', recordings, finest, rig)
  describeHiddenUsage(recordings.filter(asksForUsage), rig)
  describeEachSingleCut([...smallest], rig)
}

function describeCutting(
  how: string,
  recordings: readonly Recording[],
  cutting: (of: Recording) => Cutting,
  rig: () => Rig,
): void {
  describe(`a recorded stream, written ${how},`, () => {
    for (const recording of recordings) {
      test(`${recording.id} reaches clients unchanged`, async () => {
        const { mock, gateway } = rig()
        const { kind, status, headers, resp, req } = recording
        const cuts = cutting(recording)(resp)
        mock.script(() => cutReply(status, headers, resp, cuts))
        const { direct, through } = clients(rig())
        const expected = await assemble(direct, kind, requestOf(recording))
        expect(await assemble(through, kind, requestOf(recording))).toStrictEqual(expected)

        const reply = await barePost(gateway, kind, req)
        expect(reply.body).toBe(resp)
        expect(reply.contentType).toStartWith('text/event-stream')
        expect(JSON.parse(mock.ledger.at(-1)?.body ?? '')).toEqual(withUsage(requestOf(recording)))
      })
    }
  })
}

function describeHiddenUsage(recordings: readonly Recording[], rig: () => Rig): void {
  describe('a recorded stream whose client did not ask for usage', () => {
    for (const recording of recordings) {
      test(`${recording.id} arrives without the chunk that only contains usage`, async () => {
        const { mock, gateway } = rig()
        const { kind, status, headers, resp } = recording
        mock.script(() => cutReply(status, headers, resp, eventByEvent(resp)))
        const { stream_options: _, ...silent } = requestOf(recording)
        const reply = await barePost(gateway, kind, JSON.stringify(silent))
        expect(reply.body).toBe(withoutUsageChunk(resp))
        expect(JSON.parse(mock.ledger.at(-1)?.body ?? '')).toEqual(withUsage(silent))
      })
    }
  })
}

/** All positions concurrently: each request names in its body where its response is cut. */
function describeEachSingleCut(recordings: readonly Recording[], rig: () => Rig): void {
  describe('a recorded stream in two writes', () => {
    for (const recording of recordings) {
      test(`${recording.id} is the same wherever it is cut`, async () => {
        const { mock, gateway } = rig()
        const { kind, status, headers, resp } = recording
        mock.script(({ body }) =>
          cutReply(status, headers, resp, [(JSON.parse(body) as { cut: number }).cut]),
        )
        const positions = atEveryByte(resp)
        const wrong: number[] = []
        const work = async () => {
          for (let cut = positions.pop(); cut !== undefined; cut = positions.pop()) {
            const reply = await barePost(
              gateway,
              kind,
              JSON.stringify({ ...requestOf(recording), cut }),
            )
            if (reply.body !== resp) wrong.push(cut)
          }
        }
        await Promise.all(Array.from({ length: 16 }, work))
        expect(wrong).toEqual([])
      }, 30_000)
    }
  })
}

function smallestOfEachKind(recordings: readonly Recording[]): ReadonlySet<Recording> {
  const bySize = recordings
    .filter(asksForUsage)
    .toSorted((one, other) => one.resp.length - other.resp.length)
  return new Set([
    ...new Map(bySize.toReversed().map((recording) => [recording.kind, recording])).values(),
  ])
}
