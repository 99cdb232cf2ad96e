/** Password hashing is limited in concurrency, queue length and input size. */
import { describe, expect, test } from 'bun:test'
import { HasherBusy } from '../../access/password.ts'
import { createArgon2 } from './argon2.ts'

describe('argon2', () => {
  test('accepts the password that was hashed and no other', async () => {
    const hasher = createArgon2()
    const hash = await hasher.hash('correct horse battery')
    expect(hash).toStartWith('$argon2id$')
    expect(await hasher.verify('correct horse battery', hash, false)).toBe(true)
    expect(await hasher.verify('correct horse batterz', hash, false)).toBe(false)
  })

  test('of five hundred at once only as many wait as there are places', async () => {
    const hasher = createArgon2(3)
    const hash = await hasher.hash('correct horse battery')
    const results = await Promise.allSettled(
      Array.from({ length: 500 }, () => hasher.verify('wrong', hash, false)),
    )
    const busy = results.filter(
      (result) => result.status === 'rejected' && result.reason instanceof HasherBusy,
    )
    expect(busy).toHaveLength(496)
  })

  test('a known browser overtakes a full queue of strangers', async () => {
    const hasher = createArgon2(3)
    const hash = await hasher.hash('correct horse battery')
    const order: string[] = []
    const strangers = Array.from({ length: 4 }, () =>
      hasher.verify('wrong', hash, false).then(() => order.push('stranger')),
    )
    const owner = hasher.verify('correct horse battery', hash, true).then(() => order.push('owner'))
    await Promise.all([...strangers, owner])
    expect(order.indexOf('owner')).toBe(1)
  })

  test('a password of megabytes is refused before it is hashed', async () => {
    const hasher = createArgon2()
    expect(hasher.hash('x'.repeat(5_000_000))).rejects.toThrow('too long')
  })
})
