/** The disk of the usage journal fails: new requests are refused, running ones end, and no record is lost. */
import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { appendFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type JournalFiles, journalFiles } from '../../../src/adapters/journal/files.ts'
import type { GatewayError } from '../../../src/core/errors.ts'
import type { Journal } from '../../../src/usage/journal.ts'
import { ended, entry, type JournalRig, openJournalRig } from '../../support/journal-rig.ts'
import { waitFor } from '../../support/waiting.ts'

let rig: JournalRig
beforeEach(() => {
  rig = openJournalRig()
})
afterEach(() => rig.close())

async function refusal(journal: Journal, number: number): Promise<GatewayError> {
  try {
    await journal.begin(entry(number))
  } catch (error) {
    return error as GatewayError
  }
  throw new Error('it began')
}

const segments = () =>
  readdirSync(rig.folder)
    .filter((name) => name.endsWith('.journal'))
    .sort()
const allStored = (count: number) =>
  waitFor(`${count} records in the store`, () => rig.stored.size === count)

describe.each([
  ['ENOSPC', 'full', 'the disk is full'],
  ['EDQUOT', 'full', 'the disk is full'],
  ['EROFS', 'read_only', 'cannot be written'],
  ['EMFILE', 'read_only', 'cannot be written'],
] as const)('a write that fails with %s', (code, state, reason) => {
  test('refuses new requests, stores those that end, and is over when the disk is well again', async () => {
    const journal = rig.open()
    await journal.begin(entry(1))
    rig.fails('write', code)
    const { status, headers } = await refusal(journal, 2)
    expect(status).toBe(503)
    const error = (await refusal(journal, 2)).report()
    expect([error.code, error.type]).toEqual(['journal_unavailable', 'server_error'])
    expect(error.message).toStartWith('gateway: ')
    expect(error.message).toContain(reason)
    expect(Number(headers['retry-after'])).toBeGreaterThan(0)
    expect(journal.health().state).toBe(state)

    journal.end(ended(1))
    await allStored(1)
    expect(journal.health().waitingRecords).toBe(0)

    rig.fails('write', null)
    await waitFor('the journal to be well', () => journal.health().state === 'healthy')
    await journal.begin(entry(3))
    journal.end(ended(3))
    await allStored(2)
    expect(rig.logged.filter((line) => line.startsWith('error'))).toHaveLength(1)
  })
})

test('requests that ended while nothing could be written are in the file once there is space, and survive a kill', async () => {
  rig.storeIsAway(true)
  const journal = rig.open()
  await journal.begin(entry(1))
  rig.fails('write', 'ENOSPC')
  await refusal(journal, 2)
  journal.end(ended(1))
  rig.fails('write', null)
  await waitFor('the journal to be well', () => journal.health().state === 'healthy')
  const text = () =>
    segments()
      .map((name) => readFileSync(join(rig.folder, name), 'utf8'))
      .join('')
  await waitFor('the END in the file', () => text().includes('["E"'))
  rig.storeIsAway(false)
  await rig.open().recovered
  expect(rig.stored.get('req_1')?.outcome).toBe('ok')
})

test('a full disk frees its reserve for requests that end', async () => {
  rig.storeIsAway(true)
  let room = false
  const full: JournalFiles = {
    ...journalFiles,
    write(file, bytes, length) {
      if (bytes.length !== 512 * 1024 && !room) throw Object.assign(new Error(), { code: 'ENOSPC' })
      return journalFiles.write(file, bytes, length)
    },
    remove(path) {
      if (path.endsWith('reserve')) room = true
      journalFiles.remove(path)
    },
  }
  room = true
  const journal = rig.open({ files: full })
  await journal.begin(entry(1))
  room = false
  await refusal(journal, 2)
  journal.end(ended(1))
  await waitFor('the END in the file', () =>
    segments().some((name) => readFileSync(join(rig.folder, name), 'utf8').includes('["E"')),
  )
})

test('half a line that could still be written is removed', async () => {
  const journal = rig.open({ files: halfOnce() })
  await journal.begin(entry(1))
  await refusal(journal, 2)
  await waitFor('the journal to be well', () => journal.health().state === 'healthy')
  await journal.begin(entry(3))
  const lines = readFileSync(join(rig.folder, segments()[0] ?? ''), 'utf8').split('\n')
  expect(lines.map((line) => /"req_\d+"/.exec(line)?.[0])).toEqual([
    '"req_1"',
    '"req_3"',
    undefined,
  ])
})

/** The second line is written half, then the disk is full once. */
function halfOnce(): JournalFiles {
  let writes = 0
  return {
    ...journalFiles,
    write(file, bytes, length) {
      if (bytes.length === 512 * 1024) return journalFiles.write(file, bytes, length)
      writes++
      if (writes === 2) return journalFiles.write(file, bytes, length >> 1)
      if (writes === 3) throw Object.assign(new Error(), { code: 'ENOSPC' })
      return journalFiles.write(file, bytes, length)
    },
  }
}

describe('EIO', () => {
  test('of a write refuses everything until a restart, and stores what ends', async () => {
    const journal = rig.open()
    await journal.begin(entry(1))
    rig.fails('write', 'EIO')
    expect((await refusal(journal, 2)).headers).toEqual({})
    rig.fails('write', null)
    journal.end(ended(1))
    await allStored(1)
    expect(journal.health().state).toBe('failed')
    expect((await refusal(journal, 3)).message).toContain('restarted')
  })

  test('of a sync refuses the request with JOURNAL_SYNC=always', async () => {
    const journal = rig.open({ sync: 'always' })
    rig.fails('sync', 'EIO')
    await expect(Promise.resolve(journal.begin(entry(1)))).rejects.toThrow('gateway: no request')
    rig.fails('sync', null)
    expect((await refusal(journal, 2)).status).toBe(503)
    expect(journal.health()).toMatchObject({ state: 'failed', syncFailures: 1 })
  })

  test('of a background sync refuses later writes', async () => {
    const journal = rig.open()
    rig.fails('sync', 'EIO')
    await journal.begin(entry(1))
    await waitFor('the failure to be seen', () => journal.health().state === 'failed')
    expect((await refusal(journal, 2)).status).toBe(503)
    journal.end(ended(1))
    await allStored(1)
  })

  test('of a segment that is read sets it aside, and the others are read', async () => {
    rig.storeIsAway(true)
    const first = rig.open({ segmentBytes: 1 })
    for (const number of [1, 2]) await first.begin(entry(number))
    const unreadable = segments()[0] ?? ''
    const files: JournalFiles = {
      ...journalFiles,
      openToRead(path) {
        if (path.endsWith(unreadable)) throw Object.assign(new Error(), { code: 'EIO' })
        return journalFiles.openToRead(path)
      },
    }
    rig.storeIsAway(false)
    await rig.open({ files }).recovered
    expect([...rig.stored.keys()]).toEqual(['req_2'])
    expect(readdirSync(rig.folder)).toContain(`${unreadable}.damaged`)
  })
})

describe('a journal that was damaged', () => {
  /** Two requests that ended and one that did not, in one segment; then the process is killed. */
  async function killed(): Promise<string> {
    rig.storeIsAway(true)
    const journal = rig.open()
    for (const number of [1, 2, 3]) await journal.begin(entry(number))
    for (const number of [1, 2]) journal.end(ended(number))
    const path = join(rig.folder, segments()[0] ?? '')
    await waitFor('both ENDs', () => readFileSync(path, 'utf8').split('["E"').length === 3)
    rig.storeIsAway(false)
    return path
  }

  test('in its middle is skipped, reported and kept', async () => {
    const path = await killed()
    const bytes = readFileSync(path)
    const at = bytes.indexOf('["E"') + 20
    bytes[at] = (bytes[at] ?? 0) ^ 1
    writeFileSync(path, bytes)
    const journal = rig.open()
    await journal.recovered
    const outcomes = [...rig.stored].map(([id, { outcome }]) => `${id} ${outcome}`).sort()
    expect(outcomes).toEqual(['req_1 lost', 'req_2 ok', 'req_3 lost'])
    expect(rig.logged.some((line) => line.startsWith('error usage journal damaged'))).toBe(true)
    expect(journal.health().damaged).toBe(1)
    expect(readFileSync(`${path}.damaged`)).toEqual(bytes)
  })

  test('at its end loses only the torn record, without a warning', async () => {
    const path = await killed()
    appendFileSync(path, '1234abcd ["B","req_4",17')
    // This one is killed before it has read anything, but after a first line of its own.
    await rig.open().begin(entry(5))
    const journal = rig.open()
    await journal.recovered
    expect([...rig.stored.keys()].sort()).toEqual(['req_1', 'req_2', 'req_3', 'req_5'])
    expect(journal.health().damaged).toBe(0)
    expect(readdirSync(rig.folder).filter((name) => name.endsWith('.damaged'))).toEqual([])
  })
})
