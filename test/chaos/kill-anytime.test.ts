/** `kill -9` at random moments under load, again and again over the same folder: KILLS=200 for the long run. */
import { afterAll, expect, test } from 'bun:test'
import { pause } from '../support/waiting.ts'
import { RECOVERED_WITHIN_MS, startKillRig } from './killing.ts'

const KILLS = Number(process.env.KILLS ?? 40)
const LONGEST_LIFE_MS = 250
const rig = await startKillRig()
afterAll(() => rig.close())

test(
  `${KILLS} times: nothing is missing, nothing is there twice, and it is there in time`,
  async () => {
    let slowestMs = 0
    let asked = 0
    for (let kill = 0; kill < KILLS; kill++) {
      const gateway = await rig.start()
      const startedMs = performance.now()
      await rig.settled()
      slowestMs = Math.max(slowestMs, performance.now() - startedMs)
      const lifeMs = Math.random() * LONGEST_LIFE_MS
      const loaded = rig.load(gateway, 16)
      await pause(lifeMs)
      gateway.signal('SIGKILL')
      asked += await loaded
    }
    const gateway = await rig.start()
    await rig.settled()
    expect(rig.discrepancies()).toEqual([])
    expect(slowestMs).toBeLessThan(RECOVERED_WITHIN_MS)
    gateway.signal('SIGTERM')
    expect(await gateway.exited).toBe(0)
    expect(rig.journalFiles()).toEqual([])
    expect(rig.leased()).toBe(0)
    const { length } = rig.mock.ledger
    console.log(
      `${KILLS} kills, ${asked} asked, ${length} sent, slowest recovery ${slowestMs.toFixed(0)} ms`,
    )
  },
  KILLS * 10_000,
)
