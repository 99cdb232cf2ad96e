/** The contract of a store that people change at the database's own shell. */
import { expect, test } from 'bun:test'
import type { KeyStore } from '../../src/upstreams/key-store.ts'
import { waitFor } from '../support/waiting.ts'
import { failureOf, type StoreUnderTest, upstreamKey } from './store-under-test.ts'

/** The next change that shows; it must within a second. */
const change = (store: KeyStore) =>
  waitFor(
    'a change',
    async () => {
      const seen = await store.changedSinceLastCall()
      return seen === 'none' ? null : seen
    },
    1_000,
  )

const HASH = 'ab'.repeat(32)
const ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

export function testByHand(current: () => StoreUnderTest): void {
  const prepare = async () => {
    const { store } = current()
    const user = await store.createUser({
      username: 'test',
      email: null,
      role: 'user',
      monthlyQuotaTokens: 1,
    })
    const key = {
      userId: user.id,
      name: 'k',
      prefix: 'sk-proxy-x',
      keyHash: HASH,
      allowedModels: null,
      rpm: null,
      tpm: null,
      allowedAddresses: null,
      expiresAtMs: null,
    }
    await store.createApiKey(key)
    await store.createUpstreamKey(upstreamKey, () => 'sealed')
    await store.createUpstreamKey({ ...upstreamKey, name: 'spare' }, () => 'sealed')
    await store.changedSinceLastCall()
  }

  test('a change by another connection shows once; own changes do not', async () => {
    const { store, byHand } = current()
    await prepare()
    expect(await store.changedSinceLastCall()).toBe('none')
    await store.updateUser(1, { monthlyQuotaTokens: 2 })
    expect(await store.changedSinceLastCall()).toBe('none')
    byHand(`UPDATE users SET monthly_quota_tokens=10000000 WHERE username='test';`)
    expect(await change(store)).toBe('any')
    expect(await store.changedSinceLastCall()).toBe('none')
    expect((await store.readDirectory()).users[0]?.monthlyQuotaTokens).toBe(10_000_000)
  })

  test('rows inserted by hand need only what has no default', async () => {
    const { store, byHand, look } = current()
    byHand(`INSERT INTO users (username) VALUES ('hand')`)
    byHand(
      `INSERT INTO api_keys (user_id, name, prefix, key_hash) VALUES (1, 'k', 'sk-proxy-y', '${HASH}')`,
    )
    byHand(
      `INSERT INTO upstream_keys (name, base_url, encrypted_key) VALUES ('u', 'https://x.test/v1', 'v1.x')`,
    )
    const { users, apiKeys, upstreamKeys } = await store.readDirectory()
    expect(users[0]).toMatchObject({ role: 'user', status: 'active', monthlyQuotaTokens: null })
    expect(apiKeys[0]).toMatchObject({ status: 'active', allowedModels: null, expiresAtMs: null })
    expect(upstreamKeys[0]).toMatchObject({ provider: 'openai', weight: 1, models: null })
    for (const table of ['users', 'api_keys', 'upstream_keys']) {
      const [row] = look(`SELECT created_at, updated_at FROM ${table}`)
      expect(row?.created_at).toMatch(ISO_TIME)
      expect(row?.updated_at).toMatch(ISO_TIME)
    }
  })

  test('a time written without a zone is UTC', async () => {
    const { store, byHand } = current()
    await prepare()
    byHand(
      `UPDATE upstream_keys SET status='cooldown', cooldown_until='2026-11-23 07:00:00' WHERE id=1`,
    )
    const cooldown = async () =>
      (await store.readDirectory()).upstreamKeys[0]?.state.cooldownUntilMs
    expect(await cooldown()).toBe(Date.UTC(2026, 10, 23, 7))
    byHand(`UPDATE upstream_keys SET cooldown_until='2026-11-23 09:00:00.5+02' WHERE id=1`)
    expect(await cooldown()).toBe(Date.UTC(2026, 10, 23, 7, 0, 0, 500))
  })

  test.each([
    ['upstream_keys', `models='gpt-4o,gpt-4o-mini'`],
    ['upstream_keys', `models='{"gpt-4o":1}'`],
    ['upstream_keys', `deployments='["a"]'`],
    ['upstream_keys', `headers='["a"]'`],
    ['upstream_keys', `headers='x-a: b'`],
    ['upstream_keys', `protocol='grpc'`],
    ['upstream_keys', `status='asleep'`],
    ['upstream_keys', `weight=-1`],
    ['upstream_keys', `base_url='file:///etc/passwd'`],
    ['upstream_keys', `base_url='no url'`],
    ['upstream_keys', `cooldown_until='tomorrow'`],
    ['api_keys', `allowed_models='gpt-4o'`],
    ['api_keys', `expires_at='next year'`],
    ['api_keys', `status='paused'`],
    ['api_keys', `key_hash='ABC'`],
    ['api_keys', `rpm=-1`],
    ['api_keys', `strict=2`],
    ['users', `monthly_quota_tokens=-5`],
    ['users', `role='root'`],
    ['users', `status='on'`],
  ])('the database refuses a malformed row of %s (%s) from any program', async (table, change) => {
    const { store, byHand } = current()
    await prepare()
    const before = await store.readDirectory()
    expect(() => byHand(`UPDATE ${table} SET ${change} WHERE id=1`)).toThrow()
    expect(await store.readDirectory()).toEqual(before)
  })

  test.each([
    `models='["gpt-4o", 4]'`,
    `deployments='{"gpt-4o":1}'`,
    `headers='{"host":"a"}'`,
    `headers='{"x-a":1}'`,
    `provider='acme'`,
    `base_url='http://[half'`,
    `cooldown_until='2026-13-01 07:00:00+00'`,
  ])(
    'a malformed upstream key (%s) is left out and reported once, and the others still load',
    async (change) => {
      const { store, byHand, logged } = current()
      await prepare()
      byHand(`UPDATE upstream_keys SET ${change} WHERE id=1`)
      const { users, upstreamKeys } = await store.readDirectory()
      expect(upstreamKeys.map((key) => key.id)).toEqual([2])
      expect(users).toHaveLength(1)
      await store.readDirectory()
      expect(logged()).toMatchObject([{ table: 'upstream_keys', row: 1 }])
      expect(JSON.stringify(logged())).toContain(change.split('=')[0] ?? '?')
    },
  )

  test('a malformed row is part of its list, with the statement that repairs it', async () => {
    const { store, byHand } = current()
    await prepare()
    byHand(`UPDATE api_keys SET expires_at='2027-13-01' WHERE id=1`)
    const { items, malformed } = await store.listApiKeys()
    expect(items).toEqual([])
    expect(malformed).toEqual([
      {
        table: 'api_keys',
        id: 1,
        name: 'k',
        reason: expect.stringContaining('expires_at must be a time'),
        repair: 'update api_keys set expires_at = null where id = 1;',
      },
    ])
    byHand(malformed[0]?.repair ?? '')
    expect((await store.listApiKeys()).items).toHaveLength(1)
  })

  test('a malformed proxy key admits no caller', async () => {
    const { store, byHand, logged } = current()
    await prepare()
    byHand(`UPDATE api_keys SET allowed_models='[4]' WHERE id=1`)
    expect((await store.readDirectory()).apiKeys).toEqual([])
    expect(logged()).toMatchObject([{ table: 'api_keys', row: 1 }])
    expect((await failureOf(store.findApiKey(1))).message).toContain(
      'api_keys row 1 is malformed: allowed_models must be',
    )
  })

  test.each([
    ['upstream_keys', `weight='heavy'`],
    ['api_keys', `rpm='many'`],
    ['users', `monthly_quota_tokens='lots'`],
  ])('the database refuses a text in a column of numbers (%s)', async (table, set) => {
    const { byHand } = current()
    await prepare()
    expect(() => byHand(`UPDATE ${table} SET ${set} WHERE id=1`)).toThrow()
  })

  test('a row that was repaired and broken again is reported again', async () => {
    const { store, byHand, logged } = current()
    await prepare()
    for (const models of [`'[1]'`, 'NULL', `'[1]'`]) {
      byHand(`UPDATE upstream_keys SET models=${models} WHERE id=1`)
      await store.readDirectory()
    }
    expect(logged()).toHaveLength(2)
  })
}
