/** Another process locks the embedded store under load: every request is served as before, and recorded once afterwards. */
import { afterAll, expect, test } from 'bun:test'
import { pause, waitFor } from '../../support/waiting.ts'
import { startKillRig } from './killing.ts'

const LOCKED_MS = 6_000
/** A request that waited for the lock would take seconds. */
const SLOWEST_MS = 1_000
const rig = await startKillRig()
afterAll(() => rig.close())

/** Holds the lock until it is ended. */
async function lockedBySqlite3() {
  const child = Bun.spawn(['sqlite3', `${rig.dataDir}/gpt-proxy.sqlite`], {
    stdin: 'pipe',
    stdout: 'pipe',
    stderr: 'inherit',
  })
  child.stdin.write('.timeout 5000\nBEGIN EXCLUSIVE;\nSELECT 1;\n')
  await child.stdin.flush()
  // Its answer comes once it has the lock.
  await child.stdout.getReader().read()
  return child
}

test(`locked for ${LOCKED_MS / 1000} s by sqlite3`, async () => {
  const gateway = await rig.start()
  const slowest: number[] = []
  const enough = Promise.withResolvers<void>()
  const loaded = rig.load(gateway, 8, {
    served: (tookMs) => slowest.push(tookMs),
    until: enough.promise,
  })
  await waitFor('requests', () => rig.mock.ledger.length > 50)
  const locking = await lockedBySqlite3()
  const from = slowest.length
  await pause(LOCKED_MS)
  const served = slowest.slice(from)
  locking.kill()
  await locking.exited
  expect(served.length).toBeGreaterThan(200)
  expect(Math.max(...served)).toBeLessThan(SLOWEST_MS)
  enough.resolve()
  await loaded
  gateway.signal('SIGTERM')
  expect(await gateway.exited).toBe(0)
  expect(await rig.discrepancies()).toEqual([])
  expect(rig.journalFiles()).toEqual([])
  expect(await rig.outcomes()).toEqual(['ok'])
}, 60_000)
