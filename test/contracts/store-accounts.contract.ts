/** The contract of users and proxy keys. */
import { expect, test } from 'bun:test'
import type { NewApiKey, NewUser } from '../../src/admin/store.ts'
import type { StoreUnderTest } from './store-under-test.ts'

const ada: NewUser = {
  username: 'ada',
  email: 'ada@x.test',
  role: 'user',
  monthlyQuotaTokens: 5000,
}

function proxyKey(userId: number, changes: Partial<NewApiKey> = {}): NewApiKey {
  return {
    userId,
    name: 'laptop',
    prefix: 'sk-proxy-abcd',
    keyHash: 'a1'.repeat(32),
    allowedModels: ['gpt-*'],
    rpm: 60,
    tpm: null,
    expiresAtMs: Date.UTC(2027, 0, 1),
    ...changes,
  }
}

export function testAccounts(current: () => StoreUnderTest): void {
  test('a user is created active, and found by name and in the list', async () => {
    const { store } = current()
    const user = await store.createUser(ada)
    expect(user).toEqual({ id: user.id, status: 'active', ...ada })
    expect(await store.findUser('ada')).toEqual(user)
    expect(await store.listUsers()).toEqual([user])
    expect(await store.findUser('nobody')).toBeNull()
  })

  test('a second user of the same name is refused by a line that names the column', async () => {
    const { store } = current()
    await store.createUser(ada)
    await expect(store.createUser(ada)).rejects.toThrow(/already a row with this users\.username/)
  })

  test('a patch changes what it names, null included, and leaves the rest', async () => {
    const { store } = current()
    const { id } = await store.createUser(ada)
    const patched = await store.updateUser(id, { status: 'disabled', monthlyQuotaTokens: null })
    expect(patched).toEqual({ id, ...ada, status: 'disabled', monthlyQuotaTokens: null })
    expect(await store.findUser('ada')).toEqual(patched)
    expect(await store.updateUser(id, {})).toEqual(patched)
    expect(await store.updateUser(id + 1, { email: null })).toBeNull()
  })

  test('a proxy key comes back as it was given, with its status and time of making', async () => {
    const { store } = current()
    const { id: userId } = await store.createUser(ada)
    const before = Date.now()
    const key = await store.createApiKey(proxyKey(userId))
    expect(key).toEqual({
      ...proxyKey(userId),
      id: key.id,
      status: 'active',
      createdAtMs: key.createdAtMs,
    })
    expect(key.createdAtMs).toBeGreaterThanOrEqual(before - 1000)
    expect(key.createdAtMs).toBeLessThanOrEqual(Date.now() + 1000)
    expect(await store.findApiKey(key.id)).toEqual(key)
    expect(await store.findApiKey(key.id + 1)).toBeNull()
  })

  test('keys are listed of one user or of all', async () => {
    const { store } = current()
    const one = await store.createUser(ada)
    const two = await store.createUser({ ...ada, username: 'bob' })
    const first = await store.createApiKey(proxyKey(one.id))
    const second = await store.createApiKey(proxyKey(two.id, { keyHash: 'b2'.repeat(32) }))
    expect(await store.listApiKeys(two.id)).toEqual([second])
    expect(await store.listApiKeys(null)).toEqual([first, second])
  })

  test('a revoked key is revoked in the directory; revoking what is not there says so', async () => {
    const { store } = current()
    const { id: userId } = await store.createUser(ada)
    const { id } = await store.createApiKey(proxyKey(userId))
    expect(await store.limitApiKey(id, { rpm: 60 })).toMatchObject({ rpm: 60 })
    expect(await store.limitApiKey(id, { rpm: null, tpm: 0 })).toMatchObject({ rpm: null, tpm: 0 })
    expect(await store.limitApiKey(id + 1, { rpm: 60 })).toBeNull()
    expect(await store.revokeApiKey(id)).toBe(true)
    expect((await store.readDirectory()).apiKeys[0]?.status).toBe('revoked')
    expect(await store.revokeApiKey(id + 1)).toBe(false)
  })

  test('a key for a user who does not exist is refused', async () => {
    await expect(current().store.createApiKey(proxyKey(99))).rejects.toThrow()
  })

  test('an audit entry is kept with its time', async () => {
    const { store, look } = current()
    await store.audit({
      actor: 'cli',
      action: 'user.create',
      subject: 'user:3',
      atMs: 1_700_000_000_123,
    })
    expect(look('SELECT at, actor, action, subject FROM audit_log')).toEqual([
      { at: '2023-11-14T22:13:20.123Z', actor: 'cli', action: 'user.create', subject: 'user:3' },
    ])
  })
}
