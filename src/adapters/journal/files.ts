/** The few file-system calls the journal makes, so that tests can make each of them fail. */
import {
  closeSync,
  constants,
  fdatasync,
  fstatSync,
  fsync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  unlinkSync,
  writeSync,
} from 'node:fs'
import { promisify } from 'node:util'

export interface JournalFiles {
  makeFolder(path: string): void
  list(folder: string): string[]
  /** Creates a file for appending, accessible to its owner only. */
  create(path: string): number
  openToRead(path: string): number
  size(file: number): number
  /** Returns the bytes written, which may be fewer than given. */
  write(file: number, bytes: Uint8Array, length: number): number
  read(file: number, into: Uint8Array, position: number): number
  truncate(file: number, length: number): void
  /** Resolves when the file's data is on disk. */
  sync(file: number): Promise<void>
  openFolder(path: string): number
  /** Resolves when the folder's entries are on disk. */
  syncFolder(folder: number): Promise<void>
  close(file: number): void
  rename(from: string, to: string): void
  remove(path: string): void
}

const { O_APPEND, O_CREAT, O_EXCL, O_RDWR } = constants
const dataOnDisk = promisify(fdatasync)
const allOnDisk = promisify(fsync)

export const journalFiles: JournalFiles = {
  makeFolder: (path) => void mkdirSync(path, { recursive: true, mode: 0o700 }),
  list: (folder) => readdirSync(folder),
  create: (path) => openSync(path, O_APPEND | O_CREAT | O_EXCL | O_RDWR, 0o600),
  openToRead: (path) => openSync(path, 'r+'),
  size: (file) => fstatSync(file).size,
  write: (file, bytes, length) => writeSync(file, bytes, 0, length),
  read: (file, into, position) => readSync(file, into, 0, into.length, position),
  truncate: (file, length) => ftruncateSync(file, length),
  sync: (file) => dataOnDisk(file),
  openFolder: (path) => openSync(path, 'r'),
  syncFolder: (folder) => allOnDisk(folder),
  close: (file) => closeSync(file),
  rename: (from, to) => renameSync(from, to),
  remove: (path) => unlinkSync(path),
}
