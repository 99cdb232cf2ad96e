/** What a database URL may say. */
import { describe, expect, test } from 'bun:test'
import { readDatabaseUrl } from './database-address.ts'

const read = (text: string) => {
  const result = readDatabaseUrl(text)
  return result.ok ? result.address : result.reason
}

describe('a database URL', () => {
  test('contains host, port, user, password and database, encoded if necessary', () => {
    expect(read('postgres://ada:p%40ss%23w%2Frd@db.test:6432/usage')).toEqual({
      host: 'db.test',
      port: 6432,
      user: 'ada',
      password: 'p@ss#w/rd',
      database: 'usage',
      sslMode: 'disable',
      sslRootCert: null,
    })
  })

  test('needs only a host', () => {
    expect(read('postgresql://[::1]')).toMatchObject({
      host: '::1',
      port: 5432,
      user: 'gpt_proxy',
      password: null,
      database: 'gpt_proxy',
    })
  })

  test('may ask for TLS', () => {
    const address = read('postgres://db/x?sslmode=verify-full&sslrootcert=/etc/ca.crt')
    expect(address).toMatchObject({ sslMode: 'verify-full', sslRootCert: '/etc/ca.crt' })
  })

  test.each([
    ['mysql://db/x', /it is none/],
    ['db.test', /it is none/],
    ['postgres:///x', /no host/],
    ['postgres://u:a#b@db/x', /it is none|%23/],
    ['postgres://u:secret-100%@db/x', /%25/],
    ['postgres://db/x?sslmode=prefer', /sslmode must be one of disable, require/],
    ['postgres://db/x?pool=3', /only sslmode and sslrootcert/],
  ])('%s is refused with a reason that repeats no secret', (text, reason) => {
    expect(read(text)).toMatch(reason)
    expect(read(text)).not.toContain('secret')
  })
})
