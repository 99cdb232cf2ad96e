/** Two processes on one data folder never share a journal, and the next server takes over a command's journal. */
import { afterEach, beforeEach, expect, test } from 'bun:test'
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import {
  journalFolderIn,
  orphanedJournals,
  ownJournalFolder,
  quarantinedIn,
} from '../../../src/main/compose/journal-folder.ts'
import { entry, openJournalRig } from '../../support/journal-rig.ts'

let dataDir: string
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'gpt-proxy-folders-'))
})
afterEach(() => rmSync(dataDir, { recursive: true, force: true }))

const paths = () => {
  const found = [...orphanedJournals(dataDir)]
  for (const { release } of found) release()
  return found.map(({ path }) => path)
}

test('a data folder without any has none to take over', () => {
  expect(paths()).toEqual([])
})

test("a running command's journal is left alone", () => {
  const mine = ownJournalFolder(dataDir)
  expect(paths()).toEqual([])
  mine.remove()
  expect(readdirSync(journalFolderIn(dataDir))).toEqual([])
})

test('the folder of an ended command is adopted once', () => {
  const mine = ownJournalFolder(dataDir)
  // As the system does for a process that was killed.
  mine.release()
  const [taken, ...others] = [...orphanedJournals(dataDir)]
  expect([taken?.path, others.length]).toEqual([mine.path, 0])
  expect(paths()).toEqual([])
  taken?.release()
  expect(paths()).toEqual([mine.path])
})

test('two commands have two journals', () => {
  const [one, other] = [ownJournalFolder(dataDir), ownJournalFolder(dataDir)]
  expect(one.path).not.toBe(other.path)
  one.remove()
  expect(existsSync(other.path)).toBe(true)
  other.remove()
})

test('one with a quarantined file is not removed, and the file is found', () => {
  expect(quarantinedIn(dataDir)).toEqual([])
  const [refused, empty] = [ownJournalFolder(dataDir), ownJournalFolder(dataDir)]
  writeFileSync(join(refused.path, 'req_1.refused.json'), '{}')
  writeFileSync(join(journalFolderIn(dataDir), '0000000001.journal.damaged'), '')
  for (const folder of [refused, empty]) folder.remove()
  expect(existsSync(empty.path)).toBe(false)
  expect(quarantinedIn(dataDir)).toEqual([
    '0000000001.journal.damaged',
    join(basename(refused.path), 'req_1.refused.json'),
  ])
})

test('records in an adopted folder are settled', async () => {
  const rig = openJournalRig()
  const killed = openJournalRig()
  await killed.open().begin(entry(7))
  const server = rig.open()
  expect(await server.adopt(killed.folder)).toBe(true)
  expect(rig.stored.get('req_7')?.outcome).toBe('lost')
  expect(readdirSync(killed.folder).filter((name) => name.endsWith('.journal'))).toEqual([])
  await killed.close()
  await rig.close()
})
