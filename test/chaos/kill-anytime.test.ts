/** `kill -9` at random moments under load, again and again over the same folder: KILLS=200 for the long run. */
import { describe, expect, test } from 'bun:test'
import { pause, waitFor } from '../support/waiting.ts'
import { type KillRig, RECOVERED_WITHIN_MS, startKillRig } from './killing.ts'

const KILLS = Number(process.env.KILLS ?? 40)
const [SHORTEST_LIFE_MS, LONGEST_LIFE_MS] = [20, 250]

interface Killed {
  asked: number
  sent: number
  slowestMs: number
}

/** Kills it so often, and looks at the records each time; the last start is stopped as usual. */
async function killAgainAndAgain(rig: KillRig, kills: number): Promise<Killed> {
  let slowestMs = 0
  let asked = 0
  for (let kill = 0; kill < kills; kill++) {
    const gateway = await rig.start()
    const startedMs = performance.now()
    await rig.settled()
    slowestMs = Math.max(slowestMs, performance.now() - startedMs)
    const sent = rig.mock.ledger.length
    const loaded = rig.load(gateway, 16)
    // A busy machine may take longer than a short life for the first one; half of the lives wait for it.
    if (kill % 2 === 0) await waitFor('a request', () => rig.mock.ledger.length > sent)
    await pause(SHORTEST_LIFE_MS + Math.random() * (LONGEST_LIFE_MS - SHORTEST_LIFE_MS))
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
  expect(rig.mock.ledger.length).toBeGreaterThan(0)
  return { asked, sent: rig.mock.ledger.length, slowestMs }
}

describe.each([
  ['interval', KILLS],
  ['always', Math.ceil(KILLS / 8)],
  ['off', Math.ceil(KILLS / 8)],
] as const)('JOURNAL_SYNC=%s', (sync, kills) => {
  test(
    `${kills} times: nothing is missing, nothing is there twice, and it is there in time`,
    async () => {
      const rig = await startKillRig({ JOURNAL_SYNC: sync })
      try {
        const { asked, sent, slowestMs } = await killAgainAndAgain(rig, kills)
        console.log(
          `${kills} kills, ${asked} asked, ${sent} sent, slowest recovery ${slowestMs.toFixed(0)} ms`,
        )
      } finally {
        await rig.close()
      }
    },
    60_000 + kills * 10_000,
  )
})
