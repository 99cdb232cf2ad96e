/** Asking the same key again is a fifth of the traffic at most: an outage is not made worse by us. */
import { afterAll, expect, test } from 'bun:test'
import { chatCompletion, jsonReply } from '../../support/mock/mock-upstream.ts'
import { ask } from '../asking.ts'
import { secretOf, since, startRig } from '../rig.ts'

const rig = await startRig({ models: { down: 1, half: 2 } })
afterAll(() => rig.close(), 20_000)
const { gateway, mock } = rig

/** How many attempts were made for so many requests. The 503 waits a moment for the second attempt, so 20 at once. */
async function attemptsOf(requests: number): Promise<number> {
  const from = mock.ledger.length
  for (let asked = 0; asked < requests; asked += 20)
    await Promise.all(Array.from({ length: 20 }, () => ask(gateway, 'down')))
  return since(mock, from).length
}

test('once the initial budget is spent, five requests earn one retry', async () => {
  mock.script(() => jsonReply(500, { error: { message: 'no' } }))
  expect(await attemptsOf(20)).toBe(40)
  // More than is in hand, however much the first requests earned while others spent.
  await attemptsOf(140)
  const attempts = await attemptsOf(100)
  expect(attempts).toBeGreaterThanOrEqual(119)
  expect(attempts).toBeLessThanOrEqual(121)
}, 60_000)

test('an empty budget never keeps a request from a healthy standby', async () => {
  const failing = `Bearer ${secretOf('half-1')}`
  mock.script(({ headers }) =>
    headers.authorization === failing
      ? jsonReply(500, { error: { message: 'no' } })
      : jsonReply(200, chatCompletion('hello')),
  )
  for (let request = 0; request < 100; request++)
    expect((await ask(gateway, 'half')).status).toBe(200)
})
