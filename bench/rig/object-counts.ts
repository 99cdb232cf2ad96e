/**
 * Loaded before the gateway (`bun --preload`): at SIGUSR2 it writes how many objects of each type its heap holds, dead
 * ones included, to the file that COUNTS_FILE names. The first of every two is after a collection.
 */
import { fullGC, heapStats } from 'bun:jsc'
import { renameSync, writeFileSync } from 'node:fs'

const file = process.env.COUNTS_FILE
let asked = 0

if (Bun.isMainThread && file !== undefined) {
  process.on('SIGUSR2', () => {
    if (asked++ % 2 === 0) fullGC()
    writeFileSync(`${file}.new`, JSON.stringify(heapStats().objectTypeCounts))
    renameSync(`${file}.new`, file)
  })
}
