/** Upstream keys in memory, over changes of their rows. */
import { expect, test } from 'bun:test'
import { directoryRows, upstreamKey } from '../../test/support/in-process/entities.ts'
import type { UpstreamKey } from '../core/entities.ts'
import { createDirectory } from './directory.ts'
import type { KeyStore } from './key-store.ts'
import type { Vault } from './vault.ts'

/** A directory over `keys`, and the ids of the rows that it decrypted. */
function directoryOf(keys: UpstreamKey[]) {
  const decrypted: number[] = []
  const vault = {
    open(secret: string, { row }: { row: number }) {
      decrypted.push(row)
      return secret === '' ? { ok: false, reason: 'no token' } : { ok: true, secret }
    },
  }
  const errors: object[] = []
  const directory = createDirectory({
    store: {
      readDirectory: async () => directoryRows([...keys], [], {}),
    } as Partial<KeyStore> as KeyStore,
    vault: vault as unknown as Vault,
    logger: { error: (fields: object) => errors.push(fields) } as never,
    onUpstreamKeys() {},
    onReload() {},
  })
  return { directory, decrypted, errors }
}

test('the secret of a fixed header that was changed is redacted, the former one no longer', async () => {
  const keys = [upstreamKey(1, { headers: { 'x-tenant-token': 'Zx81qLp0Rt5vKw29aa' } })]
  const { directory } = directoryOf(keys)
  await directory.reload()
  keys[0] = upstreamKey(1, { headers: { 'x-tenant-token': 'Nm47hTe6Yc3bJd82uu' } })
  await directory.reload()
  const [upstream] = directory.allUpstreams()
  expect(upstream?.echoForms).toContain('Nm47hTe6Yc3bJd82uu')
  expect(upstream?.echoForms).not.toContain('Zx81qLp0Rt5vKw29aa')
})

test('a reload decrypts what is new, and takes other changes from the row', async () => {
  const keys = [upstreamKey(1), upstreamKey(2)]
  const { directory, decrypted } = directoryOf(keys)
  await directory.reload()
  keys.splice(0, 2, upstreamKey(1, { weight: 7 }), upstreamKey(2, { encryptedKey: 'another' }))
  await directory.reload()
  expect(decrypted).toEqual([1, 2, 2])
  expect(directory.allUpstreams().map(({ key, secret }) => [key.weight, secret])).toEqual([
    [7, 'secret-of-upstream-key-1'],
    [1, 'another'],
  ])
})

test('a key that cannot be decrypted is reported once, and again if its row was changed', async () => {
  const keys = [upstreamKey(1, { encryptedKey: '' })]
  const { directory, errors } = directoryOf(keys)
  await directory.reload()
  await directory.reload()
  expect(errors).toHaveLength(1)
  keys[0] = upstreamKey(1, { encryptedKey: '', baseUrl: 'http://elsewhere.test/v1' })
  await directory.reload()
  expect(errors).toHaveLength(2)
  expect(directory.routeFor('m')).toMatchObject({ undecryptable: true, plan: [] })
})
