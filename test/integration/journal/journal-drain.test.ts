/** The usage journal brings every record into the store once, however long the store is away, and keeps no file too many. */
import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { readdirSync } from 'node:fs'
import { ended, entry, type JournalRig, openJournalRig } from '../../support/journal-rig.ts'
import { waitFor } from '../../support/waiting.ts'

let rig: JournalRig
beforeEach(() => {
  rig = openJournalRig()
})
afterEach(() => rig.close())

const segments = () =>
  readdirSync(rig.folder)
    .filter((name) => name.endsWith('.journal'))
    .sort()
const allStored = (count: number) =>
  waitFor(`${count} records in the store`, () => rig.stored.size === count)
const range = (from: number, count: number) => Array.from({ length: count }, (_, at) => from + at)

test('while the store is unavailable the journal grows, memory does not, and everything is stored later', async () => {
  rig.storeIsAway(true)
  const journal = rig.open({ segmentBytes: 64 * 1024, mostInMemory: 100 })
  for (const number of range(1, 5_000)) {
    await journal.begin(entry(number))
    journal.end(ended(number))
  }
  await waitFor('all to be written', () => journal.health().bytes > 1_000_000)
  expect(journal.health().waitingRecords).toBe(5_000)
  expect(journal.health().oldestWaitingMs).toBeGreaterThan(0)
  expect(segments().length).toBeGreaterThan(10)
  rig.storeIsAway(false)
  await allStored(5_000)
  await waitFor('the segments to go', () => segments().length === 1)
  // What ends now is taken from memory again.
  const reads = rig.calls('read')
  await journal.begin(entry(5_001))
  journal.end(ended(5_001))
  await allStored(5_001)
  expect(rig.calls('read')).toBe(reads)
})

test('a segment stays while a request that began in it runs, and later ones are deleted', async () => {
  const journal = rig.open({ segmentBytes: 4_096 })
  await journal.begin(entry(0))
  for (const number of range(1, 100)) {
    await journal.begin(entry(number))
    journal.end(ended(number))
  }
  await allStored(100)
  await waitFor('the others to go', () => segments().length === 2)
  expect(segments()[0]).toBe('0000000001.journal')
  journal.end(ended(0))
  await allStored(101)
  await waitFor('that one to go', () => segments().length === 1)
})

test('a record that the store always refuses is quarantined, and delays no other', async () => {
  for (const number of [3, 4, 50]) rig.storeRefuses(`req_${number}`)
  const journal = rig.open()
  for (const number of range(1, 200)) {
    await journal.begin(entry(number))
    journal.end(ended(number))
  }
  await allStored(197)
  await waitFor('the journal to be empty', () => journal.health().waitingRecords === 0)
  expect(journal.health().refused).toBe(3)
  const kept = readdirSync(rig.folder).filter((name) => name.endsWith('.refused.json'))
  expect(kept.sort()).toEqual([3, 4, 50].map((number) => `req_${number}.refused.json`).sort())
  expect(await journal.stop(1_000)).toBe(true)
})

test('if the store rejects every record, no record is quarantined', async () => {
  rig.storeIsAway(true)
  const journal = rig.open()
  await journal.begin(entry(1))
  journal.end(ended(1))
  const tries = () => rig.logged.filter((line) => line.startsWith('warn')).length
  await waitFor('several tries', () => tries() >= 5)
  rig.storeIsAway(false)
  await allStored(1)
  expect(journal.health().refused).toBe(0)
})

describe('the next start', () => {
  test('stores what ended, settles what did not at its reservation, and leaves no old segment', async () => {
    rig.storeIsAway(true)
    const first = rig.open({ segmentBytes: 4_096 })
    for (const number of range(1, 200)) await first.begin(entry(number))
    for (const number of range(1, 100)) first.end(ended(number))
    await first.begin(entry(201))
    rig.storeIsAway(false)
    const old = segments()
    await rig.open().recovered
    const lost = [...rig.stored.values()].filter(({ outcome }) => outcome === 'lost')
    expect([rig.stored.size, lost.length]).toEqual([201, 101])
    expect(lost[0]).toMatchObject({ totalTokens: 1000, estimated: true, costUsd: null })
    expect(segments().filter((name) => old.includes(name))).toEqual([])
  })

  test('that is killed in the middle leaves everything to the one after', async () => {
    rig.storeIsAway(true)
    const first = rig.open()
    for (const number of range(1, 50)) await first.begin(entry(number))
    rig.open()
    rig.open()
    rig.storeIsAway(false)
    await rig.open().recovered
    expect(rig.stored.size).toBe(50)
  })

  test('serves while the store is unavailable, and recovers when it is back', async () => {
    rig.storeIsAway(true)
    const first = rig.open()
    await first.begin(entry(1))
    const second = rig.open()
    await second.begin(entry(2))
    second.end(ended(2))
    rig.storeIsAway(false)
    await allStored(2)
    expect(rig.stored.get('req_1')?.outcome).toBe('lost')
    expect(rig.stored.get('req_2')?.outcome).toBe('ok')
  })
})

describe('a stop', () => {
  test('stores everything and leaves no file', async () => {
    const journal = rig.open()
    for (const number of range(1, 500)) {
      await journal.begin(entry(number))
      journal.end(ended(number))
    }
    expect(await journal.stop(1_000)).toBe(true)
    expect(rig.stored.size).toBe(500)
    expect(readdirSync(rig.folder)).toEqual([])
  })

  test('does not wait for an unavailable store; the next start stores everything', async () => {
    rig.storeIsAway(true)
    const journal = rig.open()
    await journal.begin(entry(1))
    journal.end(ended(1))
    expect(await journal.stop(100)).toBe(false)
    rig.storeIsAway(false)
    await rig.open().recovered
    expect(rig.stored.get('req_1')?.outcome).toBe('ok')
  })
})

test('requests of one event-loop turn are written together, before any continues', async () => {
  const journal = rig.open()
  const writes = rig.calls('write')
  const begun = range(1, 50).map((number) => journal.begin(entry(number)))
  expect(rig.calls('write')).toBe(writes)
  await begun[0]
  expect(rig.calls('write')).toBe(writes + 1)
  await Promise.all(begun)
  for (const number of range(1, 50)) journal.end(ended(number))
  await allStored(50)
})

describe('JOURNAL_SYNC', () => {
  test('always: a request waits until it is on the disk, and many wait for one call', async () => {
    const journal = rig.open({ sync: 'always' })
    const before = rig.calls('sync')
    const begun = range(1, 100).map((number) => journal.begin(entry(number)))
    await Promise.all(begun)
    expect(rig.calls('sync') - before).toBeGreaterThan(0)
    expect(rig.calls('sync') - before).toBeLessThan(4)
    for (const number of range(1, 100)) journal.end(ended(number))
  })

  test('interval: no request waits for the disk, and records are there soon', async () => {
    const journal = rig.open({ sync: 'interval' })
    const before = rig.calls('sync')
    await journal.begin(entry(1))
    expect(rig.calls('sync')).toBe(before)
    await waitFor('a sync', () => rig.calls('sync') > 0)
    await waitFor('a sync of the folder', () => rig.calls('syncFolder') > 0)
    journal.end(ended(1))
  })

  test('off: it is left to the system', async () => {
    const journal = rig.open({ sync: 'off' })
    await journal.begin(entry(1))
    journal.end(ended(1))
    await allStored(1)
    expect(await journal.stop(1_000)).toBe(true)
    expect(rig.calls('sync')).toBe(0)
  })
})

test.each([
  [undefined, [500, 500, 200]],
  [1_000, [1_000, 200]],
])(
  'records that ended at once are stored in batches (%p at most)',
  async (batchRecords, expected) => {
    const sizes: number[] = []
    const store = {
      async settle(records: readonly unknown[]) {
        sizes.push(records.length)
        return records.length
      },
    }
    const journal = rig.open({ store, ...(batchRecords !== undefined && { batchRecords }) })
    await Promise.all(range(1, 1_200).map((number) => journal.begin(entry(number))))
    for (const number of range(1, 1_200)) journal.end(ended(number))
    await waitFor('all to be stored', () => journal.health().waitingRecords === 0)
    expect(sizes).toEqual(expected)
  },
)
