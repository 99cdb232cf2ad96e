/** The contract of encrypted columns: a rotation of the encryption key has to find each of them. */
import { expect, test } from 'bun:test'
import { createVault } from '../../src/adapters/vault/aes-vault.ts'
import {
  bindingOf,
  dataKeyBinding,
  SEALED_COLUMNS,
  totpBinding,
} from '../../src/upstreams/vault.ts'
import { type StoreUnderTest, upstreamKey } from './store-under-test.ts'

const vault = createVault({ active: new Uint8Array(32).fill(1), old: [] })

export function testSecrets(current: () => StoreUnderTest): void {
  /** One ciphertext in every column that has any. */
  const fill = async () => {
    const { store } = current()
    const user = await store.createUser({
      username: 'anna',
      email: null,
      role: 'user',
      monthlyQuotaTokens: null,
    })
    await store.createUpstreamKey(upstreamKey, (id) =>
      vault.seal('an upstream key', bindingOf({ id, baseUrl: upstreamKey.baseUrl })),
    )
    await store.writeCredentials(user.id, {
      totpSecret: vault.seal('a second factor', totpBinding(user.id)),
      totpPending: vault.seal('a pending one', totpBinding(user.id)),
    })
    await store.responses.dataKey(vault.seal('a data key', dataKeyBinding('responses')))
  }

  test('the list of encrypted columns names every column that holds a ciphertext', async () => {
    const { store, look } = current()
    await fill()
    const listed = await store.listSealedSecrets()
    const inTables = Object.entries(textsOf(look)).filter(([, texts]) =>
      texts.some((text) => text.startsWith(`v1.${vault.activeKeyId}.`)),
    )
    const columns = SEALED_COLUMNS.map(({ table, column }) => `${table}.${column}`)
    expect(inTables.map(([column]) => column).sort()).toEqual([...columns].sort())
    expect(listed.map(({ column: { table, column } }) => `${table}.${column}`)).toEqual(columns)
  })

  test('secrets are listed with what opens them, and replaced one by one', async () => {
    const { store } = current()
    await fill()
    const secrets = await store.listSealedSecrets()
    expect(secrets.map(({ name, sealed, binding }) => [name, vault.open(sealed, binding)])).toEqual(
      [
        ['main', { ok: true, secret: 'an upstream key' }],
        ['anna', { ok: true, secret: 'a second factor' }],
        ['anna', { ok: true, secret: 'a pending one' }],
        ['responses', { ok: true, secret: 'a data key' }],
      ],
    )
    for (const [index, secret] of secrets.entries())
      expect(await store.replaceSealedSecret(secret, `sealed again ${index}`)).toBe(true)
    const after = (await store.listSealedSecrets()).map(({ sealed }) => sealed)
    expect(after).toEqual(secrets.map((_, index) => `sealed again ${index}`))
  })

  test('a secret that was changed since it was read is not replaced', async () => {
    const { store } = current()
    await fill()
    for (const secret of await store.listSealedSecrets()) {
      expect(await store.replaceSealedSecret(secret, 'changed')).toBe(true)
      expect(await store.replaceSealedSecret(secret, 'the old secret, sealed again')).toBe(false)
    }
  })
}

/** The texts of all columns of all tables, by `table.column`. */
function textsOf(look: StoreUnderTest['look']): Record<string, string[]> {
  const texts = tablesOf(look).flatMap((table) =>
    look(`SELECT * FROM "${table}"`).flatMap((row) =>
      Object.entries(row)
        .filter(([, value]) => typeof value === 'string')
        .map(([column, value]) => ({ place: `${table}.${column}`, text: String(value) })),
    ),
  )
  const places = Map.groupBy(texts, ({ place }) => place)
  return Object.fromEntries([...places].map(([place, all]) => [place, all.map(({ text }) => text)]))
}

function tablesOf(look: StoreUnderTest['look']): string[] {
  for (const sql of [
    `SELECT name FROM sqlite_master WHERE type = 'table'`,
    `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = current_schema() AND table_type = 'BASE TABLE'`,
  ])
    try {
      return look(sql).map(({ name }) => String(name))
    } catch {
      // The other database's catalogue.
    }
  throw new Error('the tables cannot be listed')
}
