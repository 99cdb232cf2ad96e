/** The gateway kills itself at every place where a record could be lost or doubled; then it starts again. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { type Failpoint, LIVE_POINTS, RECOVERY_POINTS } from '../../support/processes/failpoints.ts'
import { embedded, postgresAndRedis } from './kill-databases.ts'
import { type KillRig, RECOVERED_WITHIN_MS, startKillRig } from './killing.ts'

const KILLED = 137
/** Not the first time it is passed, so that there is something to lose: some requests have ended then. */
const TIMES = 25
/** Passed once for many requests. */
const SELDOM = /drain|sync|rotation|removal/
const SELDOM_TIMES = 3
const timesOf = (at: string) => (SELDOM.test(at) ? SELDOM_TIMES : TIMES)

/** Around the journal's files both are the same; these are about the store. */
const OF_THE_STORE: readonly Failpoint[] = [
  ...(['after-begin-write', 'after-first-byte', 'after-end-write'] as const),
  ...(['before-drain', 'in-drain', 'after-drain'] as const),
]

describe.each([
  ['SQLite', embedded, LIVE_POINTS, RECOVERY_POINTS],
  ['PostgreSQL and Redis', postgresAndRedis, OF_THE_STORE, ['in-drain', 'after-drain']],
] as const)('on %s', (_, database, livePoints, recoveryPoints) => {
  let rig: KillRig
  beforeAll(async () => {
    rig = await startKillRig({}, database)
  }, 60_000)
  afterAll(() => rig.close(), 20_000)

  const recoversAndServes = async () => {
    const { gateway, tookMs } = await rig.recover()
    expect(tookMs).toBeLessThan(RECOVERED_WITHIN_MS)
    expect(await rig.discrepancies()).toEqual([])
    gateway.signal('SIGTERM')
    expect(await gateway.exited).toBe(0)
    expect(await rig.leased()).toBe(0)
  }

  describe.each(livePoints)('killed %s', (at) => {
    test('each request that was sent has one record after the restart', async () => {
      const sentBefore = rig.mock.ledger.length
      const gateway = await rig.start({ at, times: timesOf(at) })
      await rig.load(gateway, 8)
      expect(await gateway.exited).toBe(KILLED)
      expect(rig.mock.ledger.length).toBeGreaterThan(sentBefore)
      await recoversAndServes()
    }, 60_000)
  })

  describe.each(recoveryPoints)('killed %s while it recovers', (at) => {
    test('each request that was sent has one record after the next restart', async () => {
      const gateway = await rig.start({ at: 'after-first-byte', times: TIMES })
      await rig.load(gateway, 8)
      expect(await gateway.exited).toBe(KILLED)
      await expect(rig.start({ at, times: 1 })).rejects.toThrow(`exited with ${KILLED}`)
      await recoversAndServes()
    }, 60_000)
  })

  test('a stop leaves no journal', () => {
    expect(rig.journalFiles()).toEqual([])
  })
})
