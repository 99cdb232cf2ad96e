/** The gateway kills itself at every place where a record could be lost or doubled; then it starts again. */
import { afterAll, describe, expect, test } from 'bun:test'
import { LIVE_POINTS, RECOVERY_POINTS } from '../support/failpoints.ts'
import { within } from '../support/waiting.ts'
import { RECOVERED_WITHIN_MS, startKillRig } from './killing.ts'

const rig = await startKillRig()
afterAll(() => rig.close())

const KILLED = 137
/** Not the first time it is passed, so that there is something to lose: some requests have ended then. */
const TIMES = 25
/** Passed once for many requests. */
const SELDOM = /drain|sync|rotation|removal/
const SELDOM_TIMES = 3
const timesOf = (at: string) => (SELDOM.test(at) ? SELDOM_TIMES : TIMES)

async function recoversAndServes(): Promise<void> {
  const gateway = await rig.start()
  await within('the recovery', RECOVERED_WITHIN_MS, rig.settled())
  expect(rig.discrepancies()).toEqual([])
  gateway.signal('SIGTERM')
  expect(await gateway.exited).toBe(0)
  expect(rig.leased()).toBe(0)
}

describe.each(LIVE_POINTS)('killed %s', (at) => {
  test('each request that was sent has one record after the restart', async () => {
    const sentBefore = rig.mock.ledger.length
    const gateway = await rig.start({ at, times: timesOf(at) })
    await rig.load(gateway, 8)
    expect(await gateway.exited).toBe(KILLED)
    expect(rig.mock.ledger.length).toBeGreaterThan(sentBefore)
    await recoversAndServes()
  }, 30_000)
})

describe.each(RECOVERY_POINTS)('killed %s while it recovers', (at) => {
  test('each request that was sent has one record after the next restart', async () => {
    const gateway = await rig.start({ at: 'after-first-byte', times: TIMES })
    await rig.load(gateway, 8)
    expect(await gateway.exited).toBe(KILLED)
    await expect(rig.start({ at, times: 1 })).rejects.toThrow(`exited with ${KILLED}`)
    await recoversAndServes()
  }, 30_000)
})

test('a stop leaves no journal behind', () => {
  expect(rig.journalFiles()).toEqual([])
})
