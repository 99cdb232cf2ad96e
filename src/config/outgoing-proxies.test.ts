/** How HTTPS_PROXY and its like are read. */
import { describe, expect, test } from 'bun:test'
import { ConfigError } from './config-error.ts'
import { outgoingProxiesOf } from './outgoing-proxies.ts'

describe('an outgoing proxy', () => {
  test.each([
    ['http://proxy.corp:3128', 'http://proxy.corp:3128/'],
    ['proxy.corp:3128', 'http://proxy.corp:3128/'],
    ['10.0.0.7:3128', 'http://10.0.0.7:3128/'],
    ['user:word@proxy.corp:3128', 'http://user:word@proxy.corp:3128/'],
    ['https://proxy.corp', 'https://proxy.corp/'],
    ['[fd00::7]:3128', 'http://[fd00::7]:3128/'],
  ])('may be given as %s', (given, url) => {
    expect(outgoingProxiesOf({ HTTPS_PROXY: given }).https).toBe(url)
    expect(outgoingProxiesOf({ http_proxy: given }).http).toBe(url)
  })

  test.each(['http://', 'proxy corp', 'proxy.corp:99999', 'socks5://s3cret@proxy.corp:1080'])(
    'is refused as %s, in whichever spelling, without repeating it',
    (given) => {
      for (const name of ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy']) {
        const read = () => outgoingProxiesOf({ [name]: given })
        expect(read).toThrow(ConfigError)
        expect(read).toThrow(`${name} is not usable`)
      }
    },
  )

  test('is none where its variable is missing or empty', () => {
    expect(outgoingProxiesOf({ HTTPS_PROXY: '', NO_PROXY: '' })).toEqual({
      https: null,
      http: null,
      exceptions: [],
    })
  })

  test('is left out for what NO_PROXY names', () => {
    expect(outgoingProxiesOf({ no_proxy: ' localhost, .Corp ,' }).exceptions).toEqual([
      'localhost',
      '.corp',
    ])
  })
})
