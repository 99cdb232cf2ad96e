/** `kill -9` at random moments under load, again and again over the same folder. */
import { describe, expect, test } from 'bun:test'
import { pause, waitFor } from '../../support/waiting.ts'
import { embedded, postgresAndRedis } from './kill-databases.ts'
import { type KillRig, RECOVERED_WITHIN_MS, startKillRig } from './killing.ts'

const KILLS = Number(process.env.KILLS ?? 40)
const FEWER = Math.max(4, Math.ceil(KILLS / 8))
const [SHORTEST_LIFE_MS, MAX_LIFE_MS] = [20, 250]
/** Killed from outside only; its segments hold some ten lines, so that each life has several. */
const SMALL_SEGMENTS = { at: 'nowhere', times: 1 } as const

interface Killed {
  asked: number
  sent: number
  slowestMs: number
  /** How often a segment was full while it lived. */
  rotations: number
}

/** Kills it so often, and looks at the records each time; the last start is stopped as usual. */
async function killAgainAndAgain(rig: KillRig, kills: number): Promise<Killed> {
  const killed: Killed = { asked: 0, sent: 0, slowestMs: 0, rotations: 0 }
  for (let kill = 0; kill < kills; kill++) {
    const newestBefore = newestSegment(rig)
    const { gateway, tookMs } = await rig.recover(SMALL_SEGMENTS)
    killed.slowestMs = Math.max(killed.slowestMs, tookMs)
    const sent = rig.mock.ledger.length
    const loaded = rig.load(gateway, 16)
    // A busy machine may take longer than a short life for the first one; half of the lives wait for it.
    if (kill % 2 === 0) await waitFor('a request', () => rig.mock.ledger.length > sent)
    await pause(SHORTEST_LIFE_MS + Math.random() * (MAX_LIFE_MS - SHORTEST_LIFE_MS))
    gateway.signal('SIGKILL')
    killed.asked += await loaded
    killed.rotations += Math.max(0, newestSegment(rig) - newestBefore - 2)
  }
  const { gateway, tookMs } = await rig.recover(SMALL_SEGMENTS)
  killed.slowestMs = Math.max(killed.slowestMs, tookMs)
  killed.sent = rig.mock.ledger.length
  expect(await rig.discrepancies()).toEqual([])
  gateway.signal('SIGTERM')
  expect(await gateway.exited).toBe(0)
  expect(rig.journalFiles()).toEqual([])
  expect(await rig.leased()).toBe(0)
  return killed
}

function newestSegment(rig: KillRig): number {
  return Math.max(0, ...rig.journalFiles().map((name) => Number.parseInt(name, 10) || 0))
}

describe.each([
  ['SQLite, JOURNAL_SYNC=interval', embedded, 'interval', KILLS],
  ['SQLite, JOURNAL_SYNC=always', embedded, 'always', FEWER],
  ['SQLite, JOURNAL_SYNC=off', embedded, 'off', FEWER],
  ['PostgreSQL and Redis', postgresAndRedis, 'interval', Math.max(4, Math.ceil(KILLS / 4))],
] as const)('%s', (_, database, sync, kills) => {
  test(
    `${kills} times: nothing is missing, nothing is there twice, and it is there in time`,
    async () => {
      const rig = await startKillRig({ JOURNAL_SYNC: sync }, database)
      try {
        const { asked, sent, slowestMs, rotations } = await killAgainAndAgain(rig, kills)
        console.log(
          `${kills} kills, ${asked} asked, ${sent} sent, ${rotations} segments full, slowest restart with recovery ${slowestMs.toFixed(0)} ms`,
        )
        expect(sent).toBeGreaterThan(0)
        expect(rotations).toBeGreaterThan(0)
        expect(slowestMs).toBeLessThan(RECOVERED_WITHIN_MS)
      } finally {
        await rig.close()
      }
    },
    60_000 + kills * 10_000,
  )
})
