/** The contract of users and proxy keys. */
import { expect, test } from 'bun:test'
import type { AuditEntry, NewApiKey, NewUser } from '../../src/admin/store.ts'
import type { AuditQuery } from '../../src/admin/store-queries.ts'
import type { ApiKey } from '../../src/core/entities.ts'
import type { StoreUnderTest } from './store-under-test.ts'
import { failureOf } from './store-under-test.ts'

const ada: Required<NewUser> = {
  username: 'ada',
  email: 'ada@x.test',
  role: 'user',
  monthlyQuotaTokens: 5000,
  maxInFlight: 7,
}

function proxyKey(userId: number, changes: Partial<NewApiKey> = {}): Required<NewApiKey> {
  return {
    userId,
    name: 'laptop',
    prefix: 'sk-proxy-abcd',
    keyHash: 'a1'.repeat(32),
    allowedModels: ['gpt-*'],
    rpm: 60,
    tpm: null,
    maxInFlight: 4,
    priority: 9,
    tags: ['premium'],
    strict: true,
    allowedAddresses: ['10.0.0.0/8'],
    expiresAtMs: Date.UTC(2027, 0, 1),
    ...changes,
  }
}

const entry: AuditEntry = {
  actor: 'cli',
  address: null,
  action: 'user.create',
  subject: 'user:3',
  before: null,
  after: { username: 'ada' },
  atMs: 1_700_000_000_123,
}

export function testAccounts(current: () => StoreUnderTest): void {
  test('a user is created active, and found by name and in the list', async () => {
    const { store } = current()
    const user = await store.createUser(ada)
    expect(user).toEqual({ id: user.id, status: 'active', ...ada })
    expect(await store.findUser('ada')).toEqual(user)
    expect(await store.listUsers()).toEqual({ items: [user], malformed: [], next: null })
    expect(await store.findUserById(user.id)).toEqual(user)
    expect(await store.findUser('nobody')).toBeNull()
  })

  test('a second user of the same name is refused by a line that names the column', async () => {
    const { store } = current()
    await store.createUser(ada)
    const failure = await failureOf(store.createUser(ada))
    expect(failure.message).toMatch(/already a row with this users\.username/)
    expect(failure).toMatchObject({ kind: 'conflict', field: 'username' })
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
      rotatedTo: null,
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
    expect((await store.listApiKeys({ userId: two.id })).items).toEqual([second])
    expect((await store.listApiKeys()).items).toEqual([first, second])
  })

  test('a list comes in pages, filtered by the database', async () => {
    const { store } = current()
    for (const username of ['ann', 'Beth', 'carl_1', 'carlx1', 'dora'])
      await store.createUser({ ...ada, username })
    const names = ({ items }: { items: { username: string }[] }) =>
      items.map(({ username }) => username)
    const first = await store.listUsers({ limit: 2 })
    expect(names(first)).toEqual(['ann', 'Beth'])
    const second = await store.listUsers({ limit: 2, after: first.next })
    expect(names(second)).toEqual(['carl_1', 'carlx1'])
    const last = await store.listUsers({ limit: 2, after: second.next })
    expect([names(last), last.next]).toEqual([['dora'], null])
    expect(names(await store.listUsers({ search: 'BET' }))).toEqual(['Beth'])
    expect(names(await store.listUsers({ search: 'carl_1' }))).toEqual(['carl_1'])
    expect(names(await store.listUsers({ status: 'disabled' }))).toEqual([])
  })

  test('the system user is made once, and is in no list', async () => {
    const { store } = current()
    const system = await store.systemUser()
    expect(await store.systemUser()).toEqual(system)
    const key = await store.createApiKey(proxyKey(system.id))
    expect((await store.listUsers()).items).toEqual([])
    expect((await store.listApiKeys()).items).toEqual([])
    expect(await store.findUser(system.username)).toBeNull()
    const { users, apiKeys } = await store.readDirectory()
    expect([users, apiKeys]).toEqual([[system], [key]])
    await store.deleteApiKey(key.id)
    expect((await store.readDirectory()).apiKeys).toEqual([])
  })

  test('deleting a user deletes the keys', async () => {
    const { store } = current()
    const { id } = await store.createUser(ada)
    await store.createApiKey(proxyKey(id))
    expect(await store.deleteUser(id)).toBe(true)
    expect(await store.readDirectory()).toEqual({
      users: [],
      apiKeys: [],
      upstreamKeys: [],
      modelStates: [],
      models: [],
      malformedModels: [],
      prices: [],
    })
    expect(await store.deleteUser(id)).toBe(false)
  })

  test('a transaction keeps all of its changes, or none if it throws', async () => {
    const { store, look } = current()
    const failing = store.transaction(async (step) => {
      await step.createUser(ada)
      await step.audit({ ...entry, action: 'user.create' })
      throw new Error('no')
    })
    expect((await failureOf(failing)).message).toContain('no')
    expect((await store.listUsers()).items).toEqual([])
    expect(look('SELECT id FROM audit_log')).toEqual([])
    await store.transaction((step) => step.createUser(ada))
    expect((await store.listUsers()).items).toHaveLength(1)
  })

  test('a revoked key is revoked in the directory; revoking an unknown key is an error', async () => {
    const { store } = current()
    const { id: userId } = await store.createUser(ada)
    const { id } = await store.createApiKey(proxyKey(userId))
    expect(await store.updateApiKey(id, { rpm: 60 })).toMatchObject({ rpm: 60 })
    expect(await store.updateApiKey(id, { rpm: null, tpm: 0 })).toMatchObject({ rpm: null, tpm: 0 })
    expect(await store.updateApiKey(id + 1, { rpm: 60 })).toBeNull()
    expect(await store.revokeApiKey(id)).toBe(true)
    expect((await store.readDirectory()).apiKeys[0]?.status).toBe('revoked')
    expect(await store.revokeApiKey(id + 1)).toBe(false)
  })

  test('a key is superseded once, now or later, and its successor refers to it', async () => {
    const { store } = current()
    const { id: userId } = await store.createUser(ada)
    const make = (digit: string) =>
      store.createApiKey(proxyKey(userId, { keyHash: digit.repeat(64) }))
    const [old, next, other] = [await make('1'), await make('2'), await make('3')]
    const atMs = Date.UTC(2027, 0, 1)
    const retired = await store.supersedeApiKey(old, { id: next.id, atMs })
    expect(retired).toMatchObject({ status: 'active', rotatedTo: next.id, expiresAtMs: atMs })
    expect(await store.supersedeApiKey(old, { id: other.id, atMs })).toBeNull()
    expect(await store.supersedeApiKey(old, { id: other.id, atMs: null })).toBeNull()
    expect(await store.findPredecessors(next.id)).toEqual([retired as ApiKey])
    const ended = await store.supersedeApiKey(retired as ApiKey, { id: other.id, atMs: null })
    expect(ended).toMatchObject({ status: 'revoked', rotatedTo: next.id })
    expect(await store.supersedeApiKey(ended as ApiKey, { id: other.id, atMs: null })).toBeNull()
    expect(await store.findPredecessors(next.id)).toEqual([])
  })

  test('a key for a user who does not exist is refused', async () => {
    expect(await failureOf(current().store.createApiKey(proxyKey(99)))).toBeInstanceOf(Error)
  })

  test('an audit entry is kept with its time', async () => {
    const { store, look } = current()
    await store.audit(entry)
    expect(look('SELECT at, actor, action, subject FROM audit_log')).toEqual([
      { at: '2023-11-14T22:13:20.123Z', actor: 'cli', action: 'user.create', subject: 'user:3' },
    ])
  })

  test('the audit log is listed newest first, filtered and in pages', async () => {
    const { store } = current()
    for (const action of ['key.create', 'key.revoke', 'user.create'])
      await store.audit({ ...entry, action })
    const actions = async (query: AuditQuery) =>
      (await store.listAudit(query)).items.map(({ action }) => action)
    expect(await actions({})).toEqual(['user.create', 'key.revoke', 'key.create'])
    expect(await actions({ action: 'key.' })).toEqual(['key.revoke', 'key.create'])
    expect(await actions({ action: 'key.create' })).toEqual(['key.create'])
    expect(await actions({ actor: 'nobody' })).toEqual([])
    const { items, next } = await store.listAudit({ limit: 1 })
    expect(items).toEqual([{ ...entry, id: items[0]?.id ?? 0, action: 'user.create' }])
    expect(await actions({ after: next })).toEqual(['key.revoke', 'key.create'])
    expect(await actions({ toMs: entry.atMs })).toEqual([])
  })

  test('the latest use of a key is kept, next to its last refusal', async () => {
    const { store } = current()
    const user = await store.createUser(ada)
    const key = await store.createApiKey(proxyKey(user.id))
    const [early, late] = [entry.atMs, entry.atMs + 60_000]
    const used = (atMs: number) => ({ refusals: [], uses: [{ keyId: key.id, atMs }] })
    await store.recordKeyActivity(used(late))
    // Another instance may write later what happened earlier.
    await store.recordKeyActivity(used(early))
    const refusal = { keyId: key.id, reason: 'revoked', address: '10.0.0.1', atMs: late } as const
    await store.recordKeyActivity({ refusals: [refusal], uses: [] })
    expect(await store.keyActivity(key)).toEqual({
      ...{ lastUsedMs: late, lastRefusedMs: late },
      ...{ lastRefusal: 'revoked', lastRefusedAddress: '10.0.0.1' },
    })
    const unused = (unusedSinceMs: number) => store.listApiKeys({ unusedSinceMs })
    expect((await unused(late - 1)).items).toEqual([])
    expect((await unused(late)).items).toEqual([key])
  })

  test('the uses of a thousand keys are written at once', async () => {
    const { store } = current()
    const user = await store.createUser(ada)
    const key = await store.createApiKey(proxyKey(user.id))
    const uses = Array.from({ length: 1_001 }, (_, at) => ({
      keyId: key.id + at,
      atMs: entry.atMs,
    }))
    await store.recordKeyActivity({ refusals: [], uses: uses.toReversed() })
    expect((await store.keyActivity(key)).lastUsedMs).toBe(entry.atMs)
  })
}
