/** How many clients may be connected at once, so that files are left for upstreams, the store and the journal. */
import { readFileSync } from 'node:fs'

/** Each client may need a connection to an upstream beside its own. */
const FILES_EACH = 2
/** Store, journal, log, connections to database and Redis, and those that are just being turned away. */
const FILES_OF_OUR_OWN = 64
const FEWEST = 16

/** By the limit with which this process was started; no limit where the system does not say. */
export function mostClients(): number {
  const files = /^Max open files\s+(\d+)/m.exec(systemLimits())?.[1]
  if (files === undefined) return Number.POSITIVE_INFINITY
  return Math.max(FEWEST, Math.floor((Number(files) - FILES_OF_OUR_OWN) / FILES_EACH))
}

function systemLimits(): string {
  try {
    return readFileSync('/proc/self/limits', 'utf8')
  } catch {
    return ''
  }
}
