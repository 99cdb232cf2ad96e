/** Keys that can't be decrypted, or whose address was changed in the database: nothing is sent for them. */
import { afterAll, describe, expect, test } from 'bun:test'
import { startMockUpstream } from '../../../support/mock/mock-upstream.ts'
import { waitFor } from '../../../support/waiting.ts'
import { ask } from '../../asking.ts'
import { startRig } from '../../rig.ts'

const rig = await startRig({ models: { damaged: 1, repointed: 1, spare: 1 } })
const elsewhere = await startMockUpstream()
afterAll(async () => {
  await rig.close()
  await elsewhere.close()
}, 60_000)
const { gateway, mock } = rig

function sql(text: string, ...values: string[]): void {
  using database = gateway.database()
  database.run(text, values)
}

const DAMAGE = "UPDATE upstream_keys SET encrypted_key = 'x' || encrypted_key WHERE name = ?"
const SERVE = 'UPDATE upstream_keys SET models = ? WHERE name = ?'
const REPOINT = 'UPDATE upstream_keys SET base_url = ? WHERE name = ?'

describe.each([
  ['damaged', () => sql(DAMAGE, 'damaged-1')],
  ['repointed', () => sql(REPOINT, elsewhere.url, 'repointed-1')],
] as const)('a key that was %s by SQL', (model, spoil) => {
  test("is not used, and the error names the gateway's operator as responsible", async () => {
    expect((await ask(gateway, model)).status).toBe(200)
    spoil()
    const answer = await waitFor('the gateway to notice', async () => {
      const refused = await ask(gateway, model)
      return refused.status === 200 ? null : refused
    })
    const from = mock.ledger.length
    expect(answer.status).toBe(503)
    expect(answer.error()).toMatchObject({ code: 'no_available_upstream', doctor: 'ENC-1' })
    expect(answer.error().message).toStartWith(`gateway: no upstream key for the model '${model}'`)
    expect((await ask(gateway, model, { stream: true })).status).toBe(503)
    expect(mock.ledger).toHaveLength(from)
    expect(elsewhere.connectionsOpened()).toBe(0)
  })

  test('is named in the log once, however often the keys are read again', async () => {
    for (const name of ['one', 'two', 'three']) {
      const served = `${model}-${name}`
      sql(SERVE, JSON.stringify([served]), 'spare-1')
      await waitFor('the keys to be read', async () => (await ask(gateway, served)).status === 200)
    }
    const said = gateway
      .logs()
      .split('\n')
      .filter((line) => line.includes('upstream key unusable') && line.includes(`"${model}-1"`))
    expect(said).toHaveLength(1)
    expect(said[0]).toContain('Failed to decrypt key: Invalid token')
  })
})
