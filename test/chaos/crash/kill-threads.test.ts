/** `kill -9` of a gateway with three threads: what each of them had in flight has one record afterwards. */
import { afterAll, expect, test } from 'bun:test'
import { waitFor } from '../../support/waiting.ts'
import { startKillRig } from './killing.ts'

const rig = await startKillRig({ THREADS: '3' })
afterAll(() => rig.close(), 20_000)

test('killed under load again and again: nothing is missing, and nothing is there twice', async () => {
  for (const wanted of [3, 20, 60]) {
    const { gateway } = await rig.recover({ at: 'nowhere', times: 1 })
    const sent = rig.mock.ledger.length
    const loaded = rig.load(gateway, 16)
    await waitFor('requests in flight', () => rig.mock.ledger.length >= sent + wanted)
    gateway.signal('SIGKILL')
    await loaded
  }
  const { gateway } = await rig.recover()
  expect(await rig.discrepancies()).toEqual([])
  gateway.signal('SIGTERM')
  expect(await gateway.exited).toBe(0)
  expect(rig.journalFiles()).toEqual([])
  expect(await rig.leased()).toBe(0)
}, 120_000)
