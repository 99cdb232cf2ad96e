/** The id of this instance. It survives restarts, because quota leases are stored under it. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const WELL_FORMED = /^[\w-]{8,64}$/

/** Each further thread has leases of its own. `name`: of this run of the thread. */
export function threadInstanceId(instanceId: string, name: string): string {
  return `${instanceId}-${name}`
}

export function instanceIdIn(dataDir: string): string {
  const path = join(dataDir, 'instance.id')
  const known = readKnown(path)
  if (known !== null) return known
  const fresh = Bun.randomUUIDv7()
  writeFileSync(path, `${fresh}\n`, { mode: 0o600 })
  return fresh
}

function readKnown(path: string): string | null {
  try {
    const id = readFileSync(path, 'utf8').trim()
    return WELL_FORMED.test(id) ? id : null
  } catch {
    return null
  }
}
