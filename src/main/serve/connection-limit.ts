/** How many clients may connect at once, leaving file descriptors for upstreams, the store and the journal. */
import { readFileSync } from 'node:fs'

/** Each client may need an upstream connection in addition to its own. */
const FILES_EACH = 2
/** Store, journal, log, database and Redis connections, and connections that are being rejected. */
const FILES_OF_OUR_OWN = 64
const FEWEST = 16

/** Derived from this process's limit at startup; unlimited if the system does not report one. */
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
