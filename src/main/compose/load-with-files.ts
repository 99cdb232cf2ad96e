/** Loads modules on use, but never while the process is out of file descriptors. */
import { closeSync, openSync } from 'node:fs'
import { devNull } from 'node:os'

/** Enough for the modules that the runtime reads at the same time. */
const FILES_NEEDED = 32

/**
 * Rejects without calling `load` if too few file descriptors are left: the runtime remembers a module that it could
 * not read as missing, until the process ends.
 */
export async function loadWithFiles<T>(load: () => Promise<T>): Promise<T> {
  const opened: number[] = []
  try {
    while (opened.length < FILES_NEEDED) opened.push(openSync(devNull, 'r'))
  } finally {
    for (const file of opened) closeSync(file)
  }
  return load()
}
