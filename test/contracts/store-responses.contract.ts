/** The contract of responses that the gateway keeps: encrypted, of one user, for a time. */
import { expect, test } from 'bun:test'
import { createVault } from '../../src/adapters/vault/aes-vault.ts'
import { dataKeyOf } from '../../src/main/compose/data-key.ts'
import { createResponseStore } from '../../src/main/compose/response-store.ts'
import type { Vault } from '../../src/upstreams/vault.ts'
import type { StoreUnderTest } from './store-under-test.ts'

const OLD = new Uint8Array(32).fill(1)
const NEW = new Uint8Array(32).fill(2)
const DAY_MS = 86_400_000
const SECRET = 'a confidential sentence'

export function testResponses(current: () => StoreUnderTest): void {
  let now = Date.UTC(2026, 10, 28)
  const storeWith = (vault: Vault) =>
    createResponseStore({
      rows: current().store.responses,
      dataKey: dataKeyOf(current().store.responses, vault),
      lastsMs: DAY_MS,
      nowMs: () => now,
    })
  const userNamed = (username: string) =>
    current().store.createUser({ username, email: null, role: 'user', monthlyQuotaTokens: null })
  const response = (id: string, userId: number) => ({
    id,
    userId,
    input: [{ role: 'user', content: SECRET }],
    response: { id, output: [{ type: 'message', content: SECRET }] },
  })
  const vault = createVault({ active: OLD, old: [] })

  test('a response is found by its user alone, until it is deleted', async () => {
    const [anna, bob] = [await userNamed('anna'), await userNamed('bob')]
    const responses = storeWith(vault)
    await responses.keep(response('resp_1', anna.id))
    expect(await responses.find('resp_1', anna.id)).toEqual(response('resp_1', anna.id))
    expect(await responses.find('resp_1', bob.id)).toBeNull()
    expect(await responses.find('resp_2', anna.id)).toBeNull()
    expect(await responses.forget('resp_1', bob.id)).toBe(false)
    expect(await responses.forget('resp_1', anna.id)).toBe(true)
    expect(await responses.find('resp_1', anna.id)).toBeNull()
  })

  test('nothing of a response is readable in the database, nor opens in another row', async () => {
    const [anna, bob] = [await userNamed('anna'), await userNamed('bob')]
    const responses = storeWith(vault)
    await responses.keep(response('resp_1', anna.id))
    const { look, byHand } = current()
    expect(JSON.stringify(look('SELECT * FROM stored_responses'))).not.toContain('confidential')
    byHand(`UPDATE stored_responses SET user_id = ${bob.id}`)
    expect(await failureOf(responses.find('resp_1', bob.id))).toContain("can't be decrypted")
  })

  test('a response is gone when its time is over', async () => {
    const anna = await userNamed('anna')
    const responses = storeWith(vault)
    await responses.keep(response('resp_1', anna.id))
    now += DAY_MS / 2
    await responses.keep(response('resp_2', anna.id))
    now += DAY_MS / 2
    expect(await responses.find('resp_1', anna.id)).toBeNull()
    expect(await responses.find('resp_2', anna.id)).not.toBeNull()
    await responses.forgetExpired()
    expect(current().look('SELECT response_id FROM stored_responses')).toEqual([
      { response_id: 'resp_2' },
    ])
  })

  test('responses go with their user', async () => {
    const anna = await userNamed('anna')
    await storeWith(vault).keep(response('resp_1', anna.id))
    await current().store.deleteUser(anna.id)
    expect(current().look('SELECT * FROM stored_responses')).toEqual([])
  })

  test('instances that begin at once share one key', async () => {
    const anna = await userNamed('anna')
    const stores = Array.from({ length: 5 }, () => storeWith(vault))
    await Promise.all(stores.map((store, at) => store.keep(response(`resp_${at}`, anna.id))))
    for (const at of stores.keys())
      expect(await stores[0]?.find(`resp_${at}`, anna.id)).not.toBeNull()
    expect(current().look('SELECT * FROM data_keys')).toHaveLength(1)
  })

  test('a rotation of the encryption key re-encrypts the key of the responses', async () => {
    const { store } = current()
    const anna = await userNamed('anna')
    await storeWith(vault).keep(response('resp_1', anna.id))
    const rotating = createVault({ active: NEW, old: [OLD] })
    for (const secret of await store.listSealedSecrets()) {
      const opened = rotating.open(secret.sealed, secret.binding)
      if (!opened.ok) throw new Error(opened.reason)
      await store.replaceSealedSecret(secret, rotating.seal(opened.secret, secret.binding))
    }
    const after = createVault({ active: NEW, old: [] })
    expect(await storeWith(after).find('resp_1', anna.id)).toEqual(response('resp_1', anna.id))
    const before = storeWith(vault)
    expect(await failureOf(before.find('resp_1', anna.id))).toContain("can't be decrypted")
  })
}

const failureOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => '',
    (error) => String(error),
  )
