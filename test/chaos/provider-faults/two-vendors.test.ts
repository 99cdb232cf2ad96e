/**
 * Two vendors, each failing at random: 10 % of requests with a 5xx, 5 % cut and 2 % stalled at some byte. Clients in
 * four formats want whole answers. `VENDORS_SECONDS=600` is the long form.
 */
import { afterAll, expect, test } from 'bun:test'
import { storyOf } from '../../support/spoken/storyteller.ts'
import { attemptsOf, crowd, seeded, startVendors } from './random-faults.ts'

const SECONDS = Number(process.env.VENDORS_SECONDS ?? 5)
const SEED = Number(process.env.VENDORS_SEED ?? Date.now() % 1_000_000)
const STORY = storyOf(60)
const SHARES = { serverErrors: 0.1, cuts: 0.05, stalls: 0.02 }
const rig = await startVendors(STORY, SHARES, seeded(SEED))
afterAll(() => rig.close(), 20_000)

test(
  'clients of two vendors that fail at random get whole answers',
  async () => {
    const endMs = performance.now() + SECONDS * 1000
    const isOver = () => performance.now() > endMs
    const { requests, failures } = await crowd(rig.gateway, { story: STORY, clients: 12, isOver })
    const asked = rig.mock.ledger.filter(({ method }) => method === 'POST').length
    const percent = (share: number) => `${(100 * share).toFixed(3)} %`
    console.log(
      `seed ${SEED}: ${requests} requests, ${percent(1 - failures.length / requests)} whole, ` +
        `${percent(asked / requests - 1)} extra requests to vendors`,
    )
    for (const { requestId, flaw } of failures.slice(0, 20))
      console.log(`${flaw}\n${await attemptsOf(rig.gateway, requestId)}`)
    expect(requests).toBeGreaterThan(50)
    expect(rig.gateway.logs()).not.toContain('internal error')
    // One in a thousand; docs/testing.md has what was measured. A short run has few requests, so chance counts more.
    expect(failures.length).toBeLessThanOrEqual(Math.max(3, requests / 1000))
  },
  SECONDS * 1000 + 60_000,
)
