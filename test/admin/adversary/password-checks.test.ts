/** What a right password must not allow: to outlast its replacement, or to guess codes without end. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openSqliteStore, type Store } from '../../../src/adapters/sql/store.ts'
import { createAdmin } from '../../../src/admin/admin.ts'
import type { AdminDependencies } from '../../../src/admin/dependencies.ts'

const CLI = { name: 'cli', address: null }
const RIGHT_CODE = '123456'
const FROM = { address: '192.0.2.7', userAgent: 'test', device: null }
const [OLD, NEW, STOLEN] = ['the old password', 'the new password', 'of the thief here']

const folder = mkdtempSync(join(tmpdir(), 'gpt-proxy-password-'))
let store: Store
beforeAll(async () => {
  store = await openSqliteStore({ path: join(folder, 'store.sqlite') })
})
afterAll(async () => {
  await store.close()
  rmSync(folder, { recursive: true })
})

const randomBytes = (count: number) => crypto.getRandomValues(new Uint8Array(count))
const hashOf = (password: string) => `$argon2id$of ${password}`

/** `verified` runs when a password has been found right and nothing has come of it yet. */
function adminWith(verified: () => Promise<unknown>) {
  const hasher = {
    hash: async (password: string) => hashOf(password),
    async verify(password: string, hash: string) {
      const matches = hash === hashOf(password)
      if (matches) await verified()
      return matches
    },
  }
  const totp = {
    newSecret: () => 'SECRET',
    uri: () => 'otpauth://test',
    stepOf: (_: string, code: string, nowMs: number) => (code === RIGHT_CODE ? nowMs : null),
  }
  const vault = {
    seal: (secret: string) => secret,
    open: (secret: string) => ({ ok: true, secret }),
  }
  return createAdmin({
    ...({
      store,
      hasher,
      totp,
      vault,
      nowMs: Date.now,
      randomBytes,
    } as unknown as AdminDependencies),
    sha256Hex: (text) => new Bun.CryptoHasher('sha256').update(text).digest('hex'),
    sign: (key, text) => new Bun.CryptoHasher('sha256', key).update(text).digest('base64url'),
  })
}

test('a sign-in with a password that is replaced meanwhile is refused and leaves no session', async () => {
  const plain = adminWith(async () => {})
  const user = await plain.users.create(CLI, { username: 'ada', role: 'user' })
  await plain.identity.setPassword(CLI, 'ada', OLD)
  const signIn = (admin: typeof plain, password: string) =>
    admin.identity.signIn({ username: 'ada', password }, FROM)
  expect((await signIn(plain, OLD)).user.id).toBe(user.id)

  const overtaken = adminWith(() => plain.identity.setPassword(CLI, 'ada', NEW))
  await expect(signIn(overtaken, OLD)).rejects.toThrow()
  expect(await plain.identity.sessions.list(user.id)).toEqual([])
  expect((await signIn(plain, NEW)).user.id).toBe(user.id)
})

test('of two changes of one password that both knew the old one, the second is refused', async () => {
  const plain = adminWith(async () => {})
  const user = await plain.users.create(CLI, { username: 'grace', role: 'user' })
  await plain.identity.setPassword(CLI, 'grace', OLD)
  const change = (admin: typeof plain, password: string) =>
    admin.identity.changePassword({ user, sessionId: null }, { current: OLD, password }, FROM)
  const overtaken = adminWith(() => change(plain, NEW))
  await expect(change(overtaken, STOLEN)).rejects.toThrow()
  const signedIn = await plain.identity.signIn({ username: 'grace', password: NEW }, FROM)
  expect(signedIn.user.id).toBe(user.id)
})

test("knowing the password isn't enough to turn off the second factor by guessing its code", async () => {
  const { users, identity } = adminWith(async () => {})
  const user = await users.create(CLI, { username: 'mary', role: 'user' })
  await identity.setPassword(CLI, 'mary', OLD)
  await identity.startTotp(user, OLD, FROM)
  await identity.confirmTotp(user, RIGHT_CODE, FROM)
  const refusals: string[] = []
  for (let guess = 0; guess < 12; guess++)
    await identity
      .removeTotp(user, { password: OLD, code: `00000${guess % 10}` }, FROM)
      .catch(({ code }: { code: string }) => refusals.push(code))
  expect(refusals[0]).toBe('totp_invalid')
  expect(refusals.at(-1)).toBe('too_many_attempts')
  expect(refusals).toHaveLength(12)
})
