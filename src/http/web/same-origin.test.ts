/** Changes come from our own pages, and addresses only from who may tell them. */
import { describe, expect, test } from 'bun:test'
import { trustOf } from '../../limits/client-address.ts'
import { isSameOrigin } from './same-origin.ts'
import { type ProxyRules, readVisit } from './visit.ts'

const PROXY = '10.0.0.1'
const trusting: ProxyRules = {
  publicUrl: null,
  trusts: trustOf(['10.0.0.0/8']),
}
const alone: ProxyRules = { publicUrl: null, trusts: trustOf([]) }

function from(peer: string, given: Record<string, string>, surroundings = alone): boolean {
  const headers = { get: (name: string) => given[name] ?? null }
  return isSameOrigin(headers, readVisit(peer, headers, surroundings))
}

describe('a change by a session', () => {
  test.each([
    ['same-origin', true],
    ['same-site', false],
    ['cross-site', false],
    ['none', false],
  ])('with Sec-Fetch-Site: %s is allowed: %p', (site, allowed) => {
    const headers = { host: 'gw.example', origin: 'https://gw.example', 'sec-fetch-site': site }
    expect(from('192.0.2.1', headers)).toBe(allowed)
  })

  test('over plain HTTP is allowed by its Origin alone', () => {
    const headers = { host: '192.168.1.5:8000', origin: 'http://192.168.1.5:8000' }
    expect(from('192.0.2.1', headers)).toBe(true)
  })

  test.each([
    'http://evil.example',
    'http://192.168.1.5',
    'http://192.168.1.5:8000.evil.example',
    'null',
    'file://',
  ])('from the origin %s is refused', (origin) => {
    expect(from('192.0.2.1', { host: '192.168.1.5:8000', origin })).toBe(false)
  })

  test('without Origin and without fetch metadata is refused', () => {
    expect(from('192.0.2.1', { host: 'gw.example' })).toBe(false)
  })

  test('behind a trusted proxy that rewrites Host is allowed by the forwarded host', () => {
    const headers = {
      host: '127.0.0.1:8000',
      'x-forwarded-host': 'gw.example',
      'x-forwarded-proto': 'https',
      origin: 'https://gw.example',
    }
    expect(from(PROXY, headers, trusting)).toBe(true)
  })

  test('gains nothing by a forwarded host that no trusted proxy sent', () => {
    const headers = {
      host: 'gw.example',
      'x-forwarded-host': 'evil.example',
      origin: 'https://evil.example',
    }
    expect(from('192.0.2.1', headers, trusting)).toBe(false)
  })

  test('is allowed from PUBLIC_URL whatever Host the proxy sends', () => {
    const surroundings = { publicUrl: 'https://gw.example/llm', trusts: trustOf([]) }
    const headers = { host: '127.0.0.1:8000', origin: 'https://gw.example' }
    expect(from('192.0.2.1', headers, surroundings)).toBe(true)
  })
})

describe('what a browser has in its address bar', () => {
  const visited = (peer: string, given: Record<string, string>, surroundings: ProxyRules) =>
    readVisit(peer, { get: (name: string) => given[name] ?? null }, surroundings)

  test('is read from a trusted proxy, with its prefix', () => {
    const headers = {
      host: '127.0.0.1:8000',
      'x-forwarded-host': 'gw.example',
      'x-forwarded-proto': 'https',
      'x-forwarded-prefix': '/a/b/',
    }
    expect(visited(PROXY, headers, trusting)).toMatchObject({
      publicUrl: 'https://gw.example/a/b',
      isSecure: true,
    })
  })

  test('is PUBLIC_URL if that is set', () => {
    const surroundings = { publicUrl: 'https://gw.example/llm/', trusts: trustOf([]) }
    expect(visited('192.0.2.1', { host: '0.0.0.0:8000' }, surroundings).publicUrl).toBe(
      'https://gw.example/llm',
    )
  })

  test('is not secure on the plain address inside, though PUBLIC_URL is', () => {
    const surroundings = { publicUrl: 'https://gw.example', trusts: trustOf([]) }
    expect(visited('192.0.2.1', { host: '10.1.1.1:8000' }, surroundings).isSecure).toBe(false)
    expect(visited('192.0.2.1', { host: 'gw.example' }, surroundings).isSecure).toBe(true)
  })

  test('holds no header that could break a page', () => {
    const headers = {
      host: '127.0.0.1:8000',
      'x-forwarded-host': 'gw.example"><script>',
      'x-forwarded-prefix': '/a"onload=',
    }
    expect(visited(PROXY, headers, trusting).publicUrl).toBe('http://127.0.0.1:8000')
  })

  test('many clients of one proxy that is not trusted have one address, and a forged one gains nothing', () => {
    const forged = { host: 'gw.example', 'x-forwarded-for': '198.51.100.7' }
    expect(visited('192.0.2.1', forged, alone).address).toBe('192.0.2.1')
    expect(visited(PROXY, forged, trusting).address).toBe('198.51.100.7')
  })
})

// Searched again from each slash, these would take minutes.
test('a prefix of thousands of slashes is read in one pass', () => {
  const trusting = { publicUrl: null, trusts: () => true }
  const prefix = `${'/'.repeat(60_000)}x!`
  const headers = { get: (name: string) => (name === 'x-forwarded-prefix' ? prefix : null) }
  for (let sent = 0; sent < 200; sent++)
    expect(readVisit('127.0.0.1', headers, trusting).publicUrl).toBe('http://localhost')
})
