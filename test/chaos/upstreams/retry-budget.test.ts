/** Retries are a fifth of the traffic at most: an outage of the upstreams is not made worse by us. */
import { afterAll, expect, test } from 'bun:test'
import { jsonReply } from '../../support/mock/mock-upstream.ts'
import { ask } from '../asking.ts'
import { since, startRig } from '../rig.ts'

const rig = await startRig({ models: { down: 3 } })
afterAll(() => rig.close(), 20_000)
const { gateway, mock } = rig

/** How many tries were made for so many requests. */
async function triesOf(requests: number): Promise<number> {
  const from = mock.ledger.length
  for (let request = 0; request < requests; request++)
    expect((await ask(gateway, 'down')).status).toBe(502)
  return since(mock, from).length
}

test('once what a start has in hand is spent, five requests pay for one retry', async () => {
  mock.script(() => jsonReply(500, { error: { message: 'no' } }))
  // At first each request may try every key, two retries each.
  expect(await triesOf(10)).toBe(30)
  await triesOf(60)
  const tries = await triesOf(100)
  expect(tries).toBeGreaterThanOrEqual(119)
  expect(tries).toBeLessThanOrEqual(121)
}, 20_000)
