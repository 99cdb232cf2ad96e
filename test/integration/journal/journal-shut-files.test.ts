/** A segment that can't be opened for now is not damaged: it stays, and its records are stored once it can. */
import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { readdirSync } from 'node:fs'
import { type JournalFiles, journalFiles } from '../../../src/adapters/journal/files.ts'
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

/** `shut` can't be opened to be read. */
function shutting(shut: string, code: string): JournalFiles {
  return {
    ...journalFiles,
    openToRead(path) {
      if (path.endsWith(shut)) throw Object.assign(new Error(code), { code })
      return journalFiles.openToRead(path)
    },
  }
}

describe.each(['EACCES', 'EPERM', 'EROFS', 'EMFILE', 'ENFILE'])('%s at a start', (code) => {
  test('leaves it for the next start, reports what to do, and serves requests', async () => {
    rig.storeIsAway(true)
    const killed = rig.open({ segmentBytes: 1 })
    for (const number of [1, 2]) await killed.begin(entry(number))
    killed.end(ended(1))
    // The END of the first follows both BEGINs.
    const [first = '', second = '', third = ''] = await waitFor('three segments', () =>
      segments().length === 3 ? segments() : null,
    )
    rig.storeIsAway(false)

    const shut = rig.open({ files: shutting(third, code) })
    await shut.recovered
    // Whether the first ended is only in the closed file.
    expect([...rig.stored.keys()]).toEqual([])
    expect(segments()).toEqual([first, second, third])
    const told = rig.logged.filter((line) => line.includes('cannot be opened; it stays'))
    expect(told).toHaveLength(1)
    expect(shut.health()).toMatchObject({ state: 'healthy', damaged: 0 })
    await shut.begin(entry(3))
    shut.end(ended(3))
    await waitFor('the new record', () => rig.stored.size === 1)
    expect(await shut.stop(1_000)).toBe(false)

    await rig.open().recovered
    const outcomes = [...rig.stored].map(([id, { outcome }]) => `${id} ${outcome}`).sort()
    expect(outcomes).toEqual(['req_1 ok', 'req_2 lost', 'req_3 ok'])
    expect(segments()).toEqual([])
  })
})

test('too many open files while records are read back only delay them', async () => {
  rig.storeIsAway(true)
  const journal = rig.open({ mostInMemory: 5 })
  const numbers = Array.from({ length: 50 }, (_, at) => at + 1)
  for (const number of numbers) {
    await journal.begin(entry(number))
    journal.end(ended(number))
  }
  rig.fails('openToRead', 'EMFILE')
  rig.storeIsAway(false)
  const before = rig.calls('openToRead')
  await waitFor('it to be tried again', () => rig.calls('openToRead') > before + 2)
  expect(rig.stored.size).toBeLessThan(50)
  rig.fails('openToRead', null)
  await waitFor('all records', () => rig.stored.size === 50)
  expect(journal.health().damaged).toBe(0)
  await waitFor('nothing to wait', () => journal.health().waitingRecords === 0)
})
