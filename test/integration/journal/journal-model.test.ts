/** The usage journal under any order of requests, faults, kills and starts, compared with a plain model of it. */
import { expect, test } from 'bun:test'
import { appendFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import type { DiskJournal, JournalOptions } from '../../../src/adapters/journal/journal.ts'
import { ended, entry, type JournalRig, openJournalRig } from '../../support/journal-rig.ts'
import { waitFor } from '../../support/waiting.ts'

const RUNS = Number(process.env.JOURNAL_RUNS ?? 100)

/**
 * `open`: sent, and its process lives. `ended`: maybe in no file yet. `written`: its END is. `stored`: known to be.
 * `orphan`: its process was killed before its END was known to be written. `refused`: never sent.
 */
type State = 'open' | 'ended' | 'written' | 'stored' | 'orphan' | 'refused'

interface World {
  rig: JournalRig
  settings: Partial<JournalOptions>
  journal: DiskJournal
  /** The model: what became of each request, by its number. */
  requests: Map<number, State>
  storeAway: boolean
}

const STEPS = {
  async begin(world: World) {
    const number = world.requests.size + 1
    const sent = await isTaken(world.journal, number)
    world.requests.set(number, sent ? 'open' : 'refused')
  },
  async 'begin three at once'(world: World) {
    await Promise.all([STEPS.begin(world), STEPS.begin(world), STEPS.begin(world)])
  },
  async 'end the oldest'(world: World) {
    endOne(world, [...numbers(world, 'open')][0])
  },
  async 'end the newest'(world: World) {
    endOne(world, [...numbers(world, 'open')].at(-1))
  },
  async turn(world: World) {
    const { journal, requests } = world
    await new Promise((resolve) => setImmediate(resolve))
    await new Promise((resolve) => setImmediate(resolve))
    if (journal.health().state !== 'healthy') return
    for (const number of numbers(world, 'ended')) requests.set(number, 'written')
  },
  async 'all is stored'(world: World) {
    const { journal, requests } = world
    await STEPS['store back'](world)
    await journal.recovered
    await waitFor('nothing to wait', () => journal.health().waitingRecords === 0)
    for (const state of ['ended', 'written'] as const)
      for (const number of numbers(world, state)) requests.set(number, 'stored')
  },
  async 'store away'(world: World) {
    world.storeAway = true
    world.rig.storeIsAway(true)
  },
  async 'store back'(world: World) {
    world.storeAway = false
    world.rig.storeIsAway(false)
  },
  'disk full': async ({ rig }: World) => rig.fails('write', 'ENOSPC'),
  'disk broken': async ({ rig }: World) => rig.fails('sync', 'EIO'),
  'disk well': async ({ rig }: World) => healDisk(rig),
  async kill(world: World) {
    orphan(world)
    world.journal = world.rig.open(world.settings)
  },
  async 'kill in the middle of a line'(world: World) {
    orphan(world)
    const newest = segments(world.rig).at(-1)
    if (newest !== undefined)
      appendFileSync(join(world.rig.folder, newest), '1234abcd ["E",1,"req_')
    world.journal = world.rig.open(world.settings)
  },
  async stop(world: World) {
    const nothingLeft = await world.journal.stop(world.storeAway ? 0 : 1_000)
    if (nothingLeft) expect(segments(world.rig)).toEqual([])
    orphan(world)
    world.journal = world.rig.open(world.settings)
  },
} satisfies Record<string, (world: World) => Promise<void>>
type Step = keyof typeof STEPS

async function isTaken(journal: DiskJournal, number: number): Promise<boolean> {
  try {
    await journal.begin(entry(number))
    return true
  } catch {
    return false
  }
}

function* numbers({ requests }: World, wanted: State): Generator<number> {
  for (const [number, state] of requests) if (state === wanted) yield number
}

function endOne({ journal, requests }: World, number: number | undefined): void {
  if (number === undefined) return
  journal.end(ended(number))
  requests.set(number, 'ended')
}

function orphan({ requests }: World): void {
  for (const [number, state] of requests)
    if (state === 'open' || state === 'ended') requests.set(number, 'orphan')
}

function healDisk(rig: JournalRig): void {
  rig.fails('write', null)
  rig.fails('sync', null)
}

const segments = ({ folder }: JournalRig) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.journal'))
    .sort()

/** What may and what must be in the store for a request in this state; undefined is no record. */
const ALLOWED: Readonly<Record<State, readonly (string | undefined)[]>> = {
  open: [undefined],
  ended: [undefined, 'ok'],
  written: [undefined, 'ok'],
  stored: ['ok'],
  orphan: [undefined, 'ok', 'lost'],
  // Its BEGIN may be in the file although the disk did not say so.
  refused: [undefined, 'lost'],
}
const ALLOWED_AT_LAST = {
  ...{ ...ALLOWED, open: ['lost'], ended: ['ok', 'lost'] },
  ...{ written: ['ok'], orphan: ['ok', 'lost'] },
}

function wrong({ rig, requests }: World, allowed: typeof ALLOWED): string[] {
  const found = [...requests].flatMap(([number, state]) => {
    const outcome = rig.stored.get(`req_${number}`)?.outcome
    return allowed[state].includes(outcome) ? [] : [`${number} is ${state}, and stored ${outcome}`]
  })
  const unknown = [...rig.stored.keys()].filter((id) => !requests.has(Number(id.slice(4))))
  return [...found, ...unknown.map((id) => `${id} was never asked for`)]
}

async function hold(settings: Partial<JournalOptions>, steps: readonly Step[]): Promise<void> {
  const rig = openJournalRig()
  const journal = rig.open(settings)
  const world: World = { rig, settings, journal, requests: new Map(), storeAway: false }
  try {
    for (const step of steps) {
      await STEPS[step](world)
      expect([step, wrong(world, ALLOWED)]).toEqual([step, []])
    }
    healDisk(rig)
    rig.storeIsAway(false)
    await rig.open(settings).recovered
    expect(wrong(world, ALLOWED_AT_LAST)).toEqual([])
    expect(segments(rig)).toEqual([])
    expect(readdirSync(rig.folder).filter((name) => name.endsWith('.damaged'))).toEqual([])
  } finally {
    await rig.close()
  }
}

const anySettings = fc.record({
  sync: fc.constantFrom('always', 'interval', 'off'),
  // From a segment for each write to one for all.
  segmentBytes: fc.constantFrom(1, 400, 100_000),
  mostInMemory: fc.constantFrom(1, 3, 1_000),
})
const often: Step[] = [
  ...(['begin', 'begin three at once', 'end the oldest', 'end the newest', 'turn'] as const),
  'store away',
]
const anyStep = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...often) },
  { weight: 1, arbitrary: fc.constantFrom(...(Object.keys(STEPS) as Step[])) },
)

test(
  `every request that began and was sent ends in the store, whatever happened (${RUNS} histories)`,
  async () => {
    const steps = fc.array(anyStep, { minLength: 5, maxLength: 60 })
    await fc.assert(fc.asyncProperty(anySettings, steps, hold), { numRuns: RUNS })
  },
  60_000 + RUNS * 5_000,
)
